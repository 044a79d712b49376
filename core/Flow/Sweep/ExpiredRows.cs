using Cloud.Flow.Door.Greylisting;
using Cloud.Flow.Door.Rates;
using Cloud.Flow.Inbound;
using Cloud.Store.Ports;
using Cloud.Store.Requests;
using Cloud.Trust.MtaSts;

namespace Cloud.Flow.Sweep;

/// <summary>Removes what is remembered of strangers and senders, once it counts no more.</summary>
sealed class ExpiredRows(IRows rows, SweepResult result, SweepClock clock)
{
    public async ValueTask RemoveAsync()
    {
        for (var i = 0; i < GreylistRows.Partitions; i++)
            await RemoveAsync(GreylistRows.Table, RowRange.All(GreylistRows.Partition(i)), GreylistRows.Expires);
        for (var i = 0; i < RateRows.Partitions; i++)
            await RemoveAsync(RateRows.Table, RowRange.All(RateRows.Partition(i)), RateRows.Expires);
        for (var i = 0; i < ApiRows.Partitions; i++)
            await RemoveAsync(ApiRows.Table, RowRange.All(ApiRows.Partition(i)), ApiRows.Expires);
        await RemoveAsync(RefusedMail.Table, RefusedMail.Expired(clock.Now), _ => default);
        await RemoveAsync(StoredPolicies.Table, StoredPolicies.All, StoredPolicies.Expires);
    }

    /// <remarks>One that is written anew meanwhile has another ETag: it stays, and those beside it until the next pass.</remarks>
    async ValueTask RemoveAsync(string table, RowRange range, Func<RowData, DateTimeOffset> expires)
    {
        if (clock.IsOver)
            return;
        var now = clock.Now;
        var old = new RowTransaction(range.Partition);
        await foreach (var row in rows.ReadAsync(table, range, clock.Cancel))
        {
            if (expires(row.Data) >= now)
                continue;
            old.Delete(row.Key.Row, row.ETag);
            if (old.Changes.Count < RowLimits.TransactionChanges)
                continue;
            await CommitAsync(table, old);
            if (clock.IsOver)
                return;
            old = new(range.Partition);
        }

        await CommitAsync(table, old);
    }

    async ValueTask CommitAsync(string table, RowTransaction gone)
    {
        if (gone.Changes.Count > 0 && (await rows.CommitAsync(table, gone, CancellationToken.None)).Committed)
            result.DoorRows += gone.Changes.Count;
    }
}
