using Cloud.Flow.Inbound;
using Cloud.Store.Ports;

namespace Cloud.Flow.Sweep;

/// <summary>Blobs that only a queue names: of accepted messages that are not filed yet, or could not be.</summary>
static class InboundNames
{
    /// <summary>Messages of one queue that are read; it should be empty, and somebody should look at it.</summary>
    const int MessagesAtATime = 1000;

    /// <summary>In the order in which a message travels: what leaves the first while it is read is on the second.</summary>
    static readonly string[] Queues = [InboundWorker.Poison, SetAside.Aside];

    /// <summary>A message that was looked at stays hidden for so long, if it is not shown again when all are read.</summary>
    static readonly TimeSpan Hidden = TimeSpan.FromMinutes(1);

    /// <summary>Reads the names. A message that comes afterwards names only blobs that are too young to matter.</summary>
    /// <remarks>
    /// A message on its way from the inbound queue to where it is set aside, or back by an operator's hand, is for a
    /// moment on both and never on none: so the inbound queue is looked at before and after.
    /// </remarks>
    /// <param name="named">Filled.</param>
    /// <returns>What stands in the way of knowing them all.</returns>
    public static async ValueTask<SweepHold> ReadAsync(IQueues queues, HashSet<string> named, CancellationToken cancel)
    {
        if (await queues.CountAsync(Filing.Queue, cancel) > 0)
            return SweepHold.InboundWaits;
        foreach (var queue in Queues)
        {
            if (!await ReadAsync(queues, queue, named, cancel))
                return SweepHold.AsideUnread;
        }
        return await queues.CountAsync(Filing.Queue, cancel) > 0 ? SweepHold.InboundWaits : SweepHold.None;
    }

    static async ValueTask<bool> ReadAsync(
        IQueues queues,
        string queue,
        HashSet<string> named,
        CancellationToken cancel
    )
    {
        var count = await queues.CountAsync(queue, cancel);
        if (count is 0 or > MessagesAtATime)
            return count == 0;
        var (seen, ids) = (new List<QueueMessage>(), new HashSet<string>(StringComparer.Ordinal));
        try
        {
            while (seen.Count < count)
            {
                var limit = QueueLimits.ReceiveMessages;
                var messages = await queues.ReceiveAsync(queue, limit, Hidden, cancel);
                if (messages.Count == 0)
                    return false; // others are hidden
                seen.AddRange(messages);
                if (!messages.All(message => ids.Add(message.Id)))
                    return false; // one shows again before all were seen: this took too long
            }
            return seen.TrueForAll(message => AddNames(message, named));
        }
        finally
        {
            foreach (var message in seen)
                await queues.RenewAsync(queue, message, TimeSpan.Zero, CancellationToken.None);
        }
    }

    static bool AddNames(QueueMessage message, HashSet<string> named)
    {
        if (InboundMail.Parse(message.Body) is not { } mail)
            return false;
        named.Add(mail.Source);
        named.UnionWith(mail.Deliveries.Select(delivery => delivery.Blob));
        return true;
    }
}
