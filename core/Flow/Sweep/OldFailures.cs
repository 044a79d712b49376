using Cloud.Store.Directory;
using Cloud.Store.Ports;

namespace Cloud.Flow.Sweep;

/// <summary>Removes failed logins that make nobody wait any more.</summary>
static class OldFailures
{
    public static async ValueTask RemoveAsync(IRows rows, SweepClock clock)
    {
        var before = clock.Now - Throttle.Memory;
        var old = new RowTransaction(ThrottleRows.Partition);
        await foreach (
            var row in rows.ReadAsync(ThrottleRows.Table, RowRange.All(ThrottleRows.Partition), clock.Cancel)
        )
        {
            if (clock.IsOver)
                return;
            if (ThrottleRows.Last(row.Data) >= before)
                continue;
            old.Delete(row.Key.Row, row.ETag);
            if (old.Changes.Count < RowLimits.TransactionChanges)
                continue;
            await rows.CommitAsync(ThrottleRows.Table, old, CancellationToken.None);
            old = new(ThrottleRows.Partition);
        }
        if (old.Changes.Count > 0)
            await rows.CommitAsync(ThrottleRows.Table, old, CancellationToken.None);
    }
}
