using Cloud.Flow.Inbound;
using Cloud.Store.Ports;

namespace Cloud.Flow.Sweep;

/// <summary>Blobs that only a queue names: of accepted messages that are not filed yet, or could not be.</summary>
static class InboundNames
{
    /// <summary>Messages of the poison queue that are read; it should be empty, and somebody should look at it.</summary>
    const int PoisonMessages = 1000;

    /// <summary>A message that was looked at stays hidden for so long, if it is not shown again when all are read.</summary>
    static readonly TimeSpan Hidden = TimeSpan.FromMinutes(1);

    /// <summary>Reads the names. A message that comes afterwards names only blobs that are too young to matter.</summary>
    /// <remarks>
    /// A message on its way from the inbound queue to poison, or back by an operator's hand, is for a moment on both
    /// and never on none: so the inbound queue is looked at before and after.
    /// </remarks>
    /// <param name="named">Filled.</param>
    /// <returns>What stands in the way of knowing them all.</returns>
    public static async ValueTask<SweepHold> ReadAsync(IQueues queues, HashSet<string> named, CancellationToken cancel)
    {
        if (await queues.CountAsync(Filing.Queue, cancel) > 0)
            return SweepHold.InboundWaits;
        if (!await ReadPoisonAsync(queues, named, cancel))
            return SweepHold.PoisonUnread;
        return await queues.CountAsync(Filing.Queue, cancel) > 0 ? SweepHold.InboundWaits : SweepHold.None;
    }

    static async ValueTask<bool> ReadPoisonAsync(IQueues queues, HashSet<string> named, CancellationToken cancel)
    {
        var count = await queues.CountAsync(InboundWorker.Poison, cancel);
        if (count is 0 or > PoisonMessages)
            return count == 0;
        var seen = new List<QueueMessage>();
        try
        {
            while (seen.Count < count)
            {
                var limit = QueueLimits.ReceiveMessages;
                var messages = await queues.ReceiveAsync(InboundWorker.Poison, limit, Hidden, cancel);
                if (messages.Count == 0)
                    return false; // others are hidden
                seen.AddRange(messages);
            }
            return seen.TrueForAll(message => AddNames(message, named));
        }
        finally
        {
            foreach (var message in seen)
                await queues.RenewAsync(InboundWorker.Poison, message, TimeSpan.Zero, CancellationToken.None);
        }
    }

    static bool AddNames(QueueMessage message, HashSet<string> named)
    {
        if (InboundWorker.Parse(message.Body) is not { } mail)
            return false;
        named.Add(mail.Source);
        named.UnionWith(mail.Deliveries.Select(delivery => delivery.Blob));
        return true;
    }
}
