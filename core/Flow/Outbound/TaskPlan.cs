using Cloud.Store.Outbox;

namespace Cloud.Flow.Outbound;

/// <summary>The tasks that recipients need.</summary>
static class TaskPlan
{
    /// <summary>One task for each next hop, or more where it has many recipients.</summary>
    /// <remarks>
    /// How recipients are cut into tasks depends on all of them, so that who is tried with whom, which a local delivery's
    /// transaction is named after, stays the same at every attempt.
    /// </remarks>
    /// <param name="entry">With all its recipients, in the order of their numbers.</param>
    /// <param name="isDue">Whom something is to be done for.</param>
    /// <param name="isFresh">The rows are as they stand: what the first attempt needs may travel along.</param>
    /// <param name="priority">The message's.</param>
    public static IEnumerable<OutboundTask> Of(
        OutboxEntry entry,
        Predicate<RecipientRow> isDue,
        bool isFresh,
        int priority
    )
    {
        var parts = Parts(entry.Recipients);
        foreach (var some in parts)
        {
            var due = some.FindAll(isDue);
            if (due.Count == 0)
                continue;
            var task = new OutboundTask(
                entry.Id.ToString(),
                some[0].Number,
                some[^1].Number - some[0].Number + 1,
                due.Max(to => to.Attempts) + 1,
                due.Min(to => to.Next).ToUnixTimeMilliseconds(),
                OutboundWork.Attempt
            )
            {
                Priority = priority == 0 ? null : priority,
            };
            yield return isFresh && some.TrueForAll(to => to.ETag is not null)
                ? task with
                {
                    Message = entry.Message.Pack(),
                    // Of several tasks each changes the message's row, so that the others' ETag is old.
                    MessageETag = parts.Count == 1 ? entry.Message.ETag : null,
                    Rows = [.. some.Select(to => new CarriedRow(RecipientCodec.Pack(to), to.ETag!))],
                }
                : task;
        }
    }

    /// <summary>Recipients of one next hop whose numbers lie close enough together for one task.</summary>
    static List<List<RecipientRow>> Parts(IEnumerable<RecipientRow> recipients)
    {
        var parts = new List<List<RecipientRow>>();
        foreach (var to in recipients)
        {
            if (
                parts is [.., var last]
                && last[0].NextHop == to.NextHop
                && to.Number < last[0].Number + RelayJob.MaxRecipients
            )
                last.Add(to);
            else
                parts.Add([to]);
        }
        return parts;
    }
}
