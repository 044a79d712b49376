using Cloud.Flow.Door.Greylisting;
using Cloud.Flow.Door.Rates;
using Cloud.Store.Ports;

namespace Cloud.Flow.Sweep;

/// <summary>Removes what the door remembers of strangers and senders, once it counts no more.</summary>
static class ExpiredRows
{
    public static async ValueTask RemoveAsync(IRows rows, SweepResult result, SweepClock clock)
    {
        for (var i = 0; i < GreylistRows.Partitions; i++)
            await RemoveAsync(rows, GreylistRows.Table, GreylistRows.Partition(i), GreylistRows.Expires, result, clock);
        for (var i = 0; i < RateRows.Partitions; i++)
            await RemoveAsync(rows, RateRows.Table, RateRows.Partition(i), RateRows.Expires, result, clock);
    }

    /// <remarks>One that is written anew meanwhile has another ETag: it stays, and those beside it until the next pass.</remarks>
    static async ValueTask RemoveAsync(
        IRows rows,
        string table,
        string partition,
        Func<RowData, DateTimeOffset> expires,
        SweepResult result,
        SweepClock clock
    )
    {
        if (clock.IsOver)
            return;
        var now = clock.Now;
        var old = new RowTransaction(partition);
        await foreach (var row in rows.ReadAsync(table, RowRange.All(partition), clock.Cancel))
        {
            if (expires(row.Data) >= now)
                continue;
            old.Delete(row.Key.Row, row.ETag);
            if (old.Changes.Count < RowLimits.TransactionChanges)
                continue;
            await CommitAsync(old);
            if (clock.IsOver)
                return;
            old = new(partition);
        }

        await CommitAsync(old);

        async ValueTask CommitAsync(RowTransaction gone)
        {
            if (gone.Changes.Count > 0 && (await rows.CommitAsync(table, gone, CancellationToken.None)).Committed)
                result.DoorRows += gone.Changes.Count;
        }
    }
}
