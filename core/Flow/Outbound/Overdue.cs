using Cloud.Store;
using Cloud.Store.Outbox;
using Cloud.Store.Ports;

namespace Cloud.Flow.Outbound;

/// <summary>Finds messages of the outbox that no queue knows of, and puts them on it.</summary>
/// <remarks>
/// A message waits in its rows, the queue only says when. Should the queue have lost that, or never got it, because it
/// failed when the message was accepted, the rows tell: what is overdue gets a task anew. One too many does no harm.
/// </remarks>
sealed class Overdue(IRows rows, IQueues queues, TimeProvider time)
{
    /// <summary>How late something has to be: a queue with much to do is late by itself.</summary>
    public static readonly TimeSpan After = TimeSpan.FromMinutes(30);

    /// <summary>What is looked at often: messages of so long, since the queue fails mostly at the beginning.</summary>
    static readonly TimeSpan Recent = TimeSpan.FromHours(6);

    readonly OutboxStore store = new(rows, time);
    readonly OutboundQueue queue = new(queues, time);

    /// <summary>Puts what is overdue on the queue.</summary>
    /// <param name="isAll">All messages; else those of the last hours.</param>
    /// <param name="end">When to stop.</param>
    /// <returns>Tasks.</returns>
    /// <exception cref="StoreException">The next time goes on.</exception>
    public async ValueTask<int> RequeueAsync(bool isAll, DateTimeOffset end, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var from = isAll ? "" : OutboxRows.FirstOf(now - Recent);
        var range = new PartitionRange(from, OutboxRows.FirstOf(now - After), OutboxRows.Message);
        return await RequeueAsync(range, to => IsLate(to, now), end, cancel);
    }

    /// <summary>Puts on the queue what was accepted before a time and never tried: who took it may not have come to that.</summary>
    /// <returns>Tasks.</returns>
    /// <exception cref="StoreException">What is left is found when it is overdue.</exception>
    public async ValueTask<int> RequeueUntriedAsync(DateTimeOffset before, DateTimeOffset end, CancellationToken cancel)
    {
        var (from, to) = (OutboxRows.FirstOf(before - Recent), OutboxRows.FirstOf(before));
        return await RequeueAsync(new(from, to, OutboxRows.Message), IsUntried, end, cancel);

        bool IsUntried(RecipientRow row) => row is { State: RecipientState.Waiting, Attempts: 0 } && row.Next < before;
    }

    async ValueTask<int> RequeueAsync(
        PartitionRange range,
        Func<RecipientRow, bool> isDue,
        DateTimeOffset end,
        CancellationToken cancel
    )
    {
        var requeued = 0;
        await foreach (var row in rows.ReadPartitionsAsync(OutboxRows.Table, range, cancel))
        {
            if (cancel.IsCancellationRequested || time.GetUtcNow() >= end)
                break;
            var message = MessageRow.Unpack(OutboxRows.Bytes(row.Data), row.ETag);
            if (message.IsDone || TransactionId.TryParse(row.Key.Partition) is not { } id)
                continue;
            if (await store.ReadAllAsync(id, cancel) is not { } entry)
                continue;
            var due = entry.Recipients.Where(isDue).ToList();
            var priority = SubmissionCodec.PriorityOf(entry);
            var tasks = TaskPlan.Of(entry with { Recipients = due }, isFresh: false, priority).ToList();
            foreach (var task in tasks)
                await queue.SendAsync(task, cancel);
            OutboundMeter.Requeue(tasks.Count);
            requeued += tasks.Count;
        }

        return requeued;
    }

    static bool IsLate(RecipientRow to, DateTimeOffset now) =>
        to.State switch
        {
            RecipientState.Waiting => to.Next < now - After,
            RecipientState.Sending => to.LeaseEnd < now - After,
            _ => to.Owed != NoticeKinds.None && to.NoticeAt < now - After,
        };
}
