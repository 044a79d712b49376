using Cloud.Store.Ports;

namespace Cloud.Tests.Fakes;

/// <summary>Counts what goes through the port: operations are the price of a message.</summary>
public sealed class CountingRows(IRows inner) : IRows
{
    int gets;
    int queries;
    int commits;
    int rowsRead;

    public int Gets => gets;
    public int Queries => queries;
    public int Commits => commits;

    /// <summary>Rows that gets and queries answered.</summary>
    public int RowsRead => rowsRead;

    public int Reads => gets + queries;

    public void Reset() => gets = queries = commits = rowsRead = 0;

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

    public ValueTask<CommitResult> CommitAsync(string table, RowTransaction transaction, CancellationToken cancel)
    {
        Interlocked.Increment(ref commits);
        return inner.CommitAsync(table, transaction, cancel);
    }
}
