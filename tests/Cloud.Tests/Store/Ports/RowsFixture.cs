using Cloud.Store.Ports;

namespace Cloud.Tests.Store.Ports;

/// <summary>Rows of one adapter, in a table that only this test uses.</summary>
public abstract class RowsFixture : IAsyncLifetime
{
    protected const string Partition = "p";

    protected IRows Rows { get; private set; } = null!;

    protected string Table { get; } = $"t{Guid.NewGuid():N}";

    /// <summary>Gives the adapter under test; called once a test.</summary>
    protected abstract ValueTask<IRows> OpenAsync();

    protected virtual ValueTask CloseAsync() => ValueTask.CompletedTask;

    public async Task InitializeAsync() => Rows = await OpenAsync();

    public Task DisposeAsync() => CloseAsync().AsTask();

    protected static RowTransaction Transaction() => new(Partition);

    protected static RowData Value(int value) => new() { { "Value", value } };

    protected ValueTask<Row?> GetAsync(string row) => Rows.GetAsync(Table, new(Partition, row), default);

    protected async Task<int> ValueAsync(string row) => (await GetAsync(row))!.Data.Int("Value", -1);

    protected ValueTask<CommitResult> CommitAsync(RowTransaction transaction) =>
        Rows.CommitAsync(Table, transaction, default);

    protected async Task<CommitResult> CommittedAsync(RowTransaction transaction)
    {
        var result = await CommitAsync(transaction);
        Assert.Equal(Conflict.None, result.Conflict);
        Assert.Equal(-1, result.FailedAt);
        Assert.Equal(transaction.Changes.Count, result.ETags.Count);
        return result;
    }

    protected async Task<string> InsertAsync(string row, int value) =>
        (await CommittedAsync(Transaction().Insert(row, Value(value)))).ETags[0]!;

    protected static void Refused(int at, Conflict conflict, CommitResult result)
    {
        Assert.Equal((at, conflict), (result.FailedAt, result.Conflict));
        Assert.False(result.Committed);
        Assert.Empty(result.ETags);
    }

    protected static void Same(RowData expected, RowData actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        foreach (var (name, value) in expected)
        {
            Assert.IsType(value.GetType(), actual[name]);
            Assert.Equal(value, actual[name]);
        }
    }
}
