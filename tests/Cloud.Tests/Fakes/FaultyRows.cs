using Cloud.Store.Ports;

namespace Cloud.Tests.Fakes;

/// <summary>Rows that fail by plan; operations <c>get</c>, <c>query</c>, <c>commit</c> with the table behind a space.</summary>
public sealed class FaultyRows(IRows inner, IFaults faults) : IRows
{
    public ValueTask<Row?> GetAsync(string table, RowKey key, CancellationToken cancel) =>
        faults.RunAsync($"get {table}", () => inner.GetAsync(table, key, cancel));

    public ValueTask<RowPage> QueryAsync(
        string table,
        RowRange range,
        string? continuation,
        int limit,
        CancellationToken cancel
    ) => faults.RunAsync($"query {table}", () => inner.QueryAsync(table, range, continuation, limit, cancel));

    public ValueTask<RowPage> QueryPartitionsAsync(
        string table,
        PartitionRange range,
        string? continuation,
        int limit,
        CancellationToken cancel
    ) => faults.RunAsync($"query {table}", () => inner.QueryPartitionsAsync(table, range, continuation, limit, cancel));

    public ValueTask<CommitResult> CommitAsync(string table, RowTransaction transaction, CancellationToken cancel) =>
        faults.RunAsync($"commit {table} {transaction.Partition}", () => inner.CommitAsync(table, transaction, cancel));
}
