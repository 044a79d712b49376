using Cloud.Store.Accounts;
using Cloud.Store.Ports;

namespace Cloud.Flow.Sweep;

/// <summary>Removes the watch queues of listeners that are gone.</summary>
static class DeadListeners
{
    public static async ValueTask RemoveAsync(IRows rows, IQueues queues, SweepResult result, SweepClock clock)
    {
        var before = clock.Now - ListenerRows.Age;
        var all = RowRange.All(ListenerRows.Partition);
        await foreach (var row in rows.ReadAsync(ListenerRows.Table, all, clock.Cancel))
        {
            var listener = ListenerRows.ListenerOf(row.Key);
            if (ListenerRows.Seen(row.Data) >= before || listener <= ListenerRows.Lasting)
                continue;
            await queues.RemoveAsync(WatchNotices.QueueOf(listener), clock.Cancel);
            // Whoever came back meanwhile has written it anew, and gets its queue again with the next notice.
            var gone = new RowTransaction(ListenerRows.Partition).Delete(row.Key.Row, row.ETag);
            if ((await rows.CommitAsync(ListenerRows.Table, gone, CancellationToken.None)).Committed)
                result.Listeners++;
        }
    }
}
