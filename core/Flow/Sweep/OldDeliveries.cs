using Cloud.Flow.Hooks;
using Cloud.Store.Hooks;
using Cloud.Store.Ports;

namespace Cloud.Flow.Sweep;

/// <summary>Removes what is kept of webhooks' deliveries once it is old, and subscriptions that were removed, with theirs.</summary>
static class OldDeliveries
{
    public static async ValueTask RemoveAsync(IRows rows, SweepClock clock)
    {
        var before = clock.Now - HookControl.Age;
        await foreach (var row in rows.ReadAsync(HookRows.Table, HookRows.All, clock.Cancel))
        {
            if (clock.IsOver)
                return;
            var isGone = row.Data.Time("Removed") is { } removed && removed < before;
            var range = isGone ? RowRange.All(row.Key.Row) : HookRows.Expired(row.Key.Row, before);
            if (!await RemoveAsync(rows, range, clock) || !isGone)
                continue;
            var last = new RowTransaction(HookRows.Partition).Delete(row.Key.Row, row.ETag);
            await rows.CommitAsync(HookRows.Table, last, CancellationToken.None);
        }
    }

    /// <returns>False when the time was over before all were gone.</returns>
    static async ValueTask<bool> RemoveAsync(IRows rows, RowRange range, SweepClock clock)
    {
        while (!clock.IsOver)
        {
            const int limit = RowLimits.TransactionChanges;
            var page = await rows.QueryAsync(HookRows.Table, range, null, limit, clock.Cancel);
            if (page.Rows.Count == 0)
                return page.Continuation is null;
            var old = new RowTransaction(range.Partition);
            foreach (var row in page.Rows)
                old.Delete(row.Key.Row);
            await rows.CommitAsync(HookRows.Table, old, CancellationToken.None);
        }
        return false;
    }
}
