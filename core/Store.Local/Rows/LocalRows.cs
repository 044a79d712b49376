using Cloud.Store.Local.Sqlite;
using Cloud.Store.Ports;

namespace Cloud.Store.Local.Rows;

sealed class LocalRows(SqliteWriter writer, ReaderPool<RowReader> readers) : IRows
{
    public ValueTask<Row?> GetAsync(string table, RowKey key, CancellationToken cancel)
    {
        StoredKey.CheckTable(table);
        KeyText.Check(key.Partition);
        KeyText.Check(key.Row);
        return readers.ReadAsync((table, key), static (reader, asked) => reader.Get(asked.table, asked.key), cancel);
    }

    public ValueTask<RowPage> QueryAsync(
        string table,
        RowRange range,
        string? continuation,
        int limit,
        CancellationToken cancel
    )
    {
        StoredKey.CheckTable(table);
        KeyText.Check(range.Partition);
        KeyText.Check(continuation ?? range.From);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, RowLimits.QueryRows);

        // The continuation is the last key given: the next possible one is that and the lowest character.
        if (continuation is not null)
            range = range with { From = continuation + ' ' };
        return readers.ReadAsync(
            (table, range, limit),
            static (reader, asked) => reader.Query(asked.table, asked.range, asked.limit),
            cancel
        );
    }

    public ValueTask<RowPage> QueryPartitionsAsync(
        string table,
        PartitionRange range,
        string? continuation,
        int limit,
        CancellationToken cancel
    )
    {
        StoredKey.CheckTable(table);
        KeyText.Check(continuation ?? range.From);
        KeyText.Check(range.Row);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, RowLimits.QueryRows);

        return readers.ReadAsync(
            (table, range, continuation, limit),
            static (reader, asked) => reader.Query(asked.table, asked.range, asked.continuation, asked.limit),
            cancel
        );
    }

    public async ValueTask<CommitResult> CommitAsync(string table, RowTransaction transaction, CancellationToken cancel)
    {
        if (transaction.Changes.Count == 0)
            return CommitResult.Success([]);
        using var work = new CommitWork(table, transaction);
        return await writer.RunAsync(work, cancel);
    }
}
