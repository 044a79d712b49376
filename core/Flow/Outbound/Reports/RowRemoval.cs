using Cloud.Store.Ports;

namespace Cloud.Flow.Outbound.Reports;

static class RowRemoval
{
    /// <summary>Removes a range of rows, as many at a time as a transaction takes.</summary>
    public static async ValueTask RemoveAsync(this IRows rows, string table, RowRange range, CancellationToken cancel)
    {
        var gone = new RowTransaction(range.Partition);
        await foreach (var row in rows.ReadAsync(table, range, cancel))
        {
            gone.Delete(row.Key.Row);
            if (gone.Changes.Count < RowLimits.TransactionChanges)
                continue;
            await rows.CommitAsync(table, gone, CancellationToken.None);
            gone = new(range.Partition);
        }
        if (gone.Changes.Count > 0)
            await rows.CommitAsync(table, gone, CancellationToken.None);
    }
}
