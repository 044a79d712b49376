using Cloud.Store.Ports;

namespace Cloud.Store.Counting;

/// <summary>Counts what goes through the port: operations are the price of a message.</summary>
public sealed class CountingRows(IRows inner) : IRows
{
    int gets;
    int queries;
    int commits;
    int changes;
    int rowsRead;
    long octetsInserted;

    public int Gets => gets;

    /// <summary>Pages of range queries.</summary>
    public int Queries => queries;

    public int Reads => gets + queries;

    /// <summary>Transactions.</summary>
    public int Commits => commits;

    /// <summary>Rows changed by them.</summary>
    public int Changes => changes;

    /// <summary>Rows that gets and queries answered.</summary>
    public int RowsRead => rowsRead;

    /// <summary>Size of new rows, as Azure counts it.</summary>
    public long OctetsInserted => octetsInserted;

    public void Reset()
    {
        gets = queries = commits = changes = rowsRead = 0;
        octetsInserted = 0;
    }

    public async ValueTask<Row?> GetAsync(string table, RowKey key, CancellationToken cancel)
    {
        Interlocked.Increment(ref gets);
        Interlocked.Increment(ref rowsRead);
        return await inner.GetAsync(table, key, cancel);
    }

    public async ValueTask<RowPage> QueryAsync(
        string table,
        RowRange range,
        string? continuation,
        int limit,
        CancellationToken cancel
    )
    {
        Interlocked.Increment(ref queries);
        var page = await inner.QueryAsync(table, range, continuation, limit, cancel);
        Interlocked.Add(ref rowsRead, page.Rows.Count);
        return page;
    }

    public async ValueTask<RowPage> QueryPartitionsAsync(
        string table,
        PartitionRange range,
        string? continuation,
        int limit,
        CancellationToken cancel
    )
    {
        Interlocked.Increment(ref queries);
        var page = await inner.QueryPartitionsAsync(table, range, continuation, limit, cancel);
        Interlocked.Add(ref rowsRead, page.Rows.Count);
        return page;
    }

    public ValueTask<CommitResult> CommitAsync(string table, RowTransaction transaction, CancellationToken cancel)
    {
        Interlocked.Increment(ref commits);
        Interlocked.Add(ref changes, transaction.Changes.Count);
        var inserted = transaction.Changes.Where(change => change.Action == RowAction.Insert);
        Interlocked.Add(ref octetsInserted, inserted.Sum(change => (long)change.Data!.Size));
        return inner.CommitAsync(table, transaction, cancel);
    }
}
