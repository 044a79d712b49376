using Azure;
using Cloud.Store.Azure.Tables;
using Cloud.Store.Ports;

namespace Cloud.Store.Azure;

/// <summary>The port's rows as entities of Azure Table storage.</summary>
sealed class AzureRows(TableServiceClient service) : IRows
{
    public async ValueTask<Row?> GetAsync(string table, RowKey key, CancellationToken cancel)
    {
        var client = Table(table);
        KeyText.Check(key.Partition);
        KeyText.Check(key.Row);
        try
        {
            return await client.GetEntityIfExistsAsync(key, cancel);
        }
        catch (Exception e) when (StorageFault.IsFault(e, cancel))
        {
            throw StorageFault.From($"Reading a row of {table}", e);
        }
    }

    public ValueTask<RowPage> QueryAsync(
        string table,
        RowRange range,
        string? continuation,
        int limit,
        CancellationToken cancel
    )
    {
        KeyText.Check(range.Partition);
        return QueryAsync(table, TableFilter.Of(range), continuation, limit, cancel);
    }

    public ValueTask<RowPage> QueryPartitionsAsync(
        string table,
        PartitionRange range,
        string? continuation,
        int limit,
        CancellationToken cancel
    )
    {
        KeyText.Check(range.From);
        KeyText.Check(range.Row);
        return QueryAsync(table, TableFilter.OfPartitions(range), continuation, limit, cancel);
    }

    async ValueTask<RowPage> QueryAsync(
        string table,
        string filter,
        string? continuation,
        int limit,
        CancellationToken cancel
    )
    {
        var client = Table(table);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, RowLimits.QueryRows);
        try
        {
            return await client.QueryAsync(filter, continuation, limit, cancel);
        }
        catch (Exception e) when (StorageFault.IsFault(e, cancel))
        {
            throw StorageFault.From($"Reading rows of {table}", e);
        }
    }

    public async ValueTask<CommitResult> CommitAsync(string table, RowTransaction transaction, CancellationToken cancel)
    {
        var client = Table(table);
        var changes = transaction.Changes;
        if (changes.Count == 0)
            return CommitResult.Success([]);
        try
        {
            return await SubmitAsync(client, changes, cancel);
        }
        catch (Exception e) when (StorageFault.IsFault(e, cancel))
        {
            throw StorageFault.From($"Committing to {table}", e);
        }
    }

    static async ValueTask<CommitResult> SubmitAsync(
        TableClient client,
        IReadOnlyList<RowChange> changes,
        CancellationToken cancel
    )
    {
        var made = false;
        while (true)
        {
            try
            {
                return CommitResult.Success(
                    changes.Count == 1
                        ? [await client.SubmitAsync(changes[0], cancel)]
                        : await client.SubmitTransactionAsync(changes, cancel)
                );
            }
            catch (RequestFailedException e) when (e.ErrorCode == "TableNotFound" && !made)
            {
                await client.CreateIfNotExistsAsync(cancel);
                made = true;
            }
            catch (RequestFailedException e) when (ConflictOf(e) != Conflict.None)
            {
                var at = e is TableTransactionFailedException failed ? failed.FailedTransactionActionIndex : 0;
                return CommitResult.Refused(at, ConflictOf(e));
            }
        }
    }

    static Conflict ConflictOf(RequestFailedException e) =>
        (e.Status, e.ErrorCode) switch
        {
            (409, "EntityAlreadyExists") => Conflict.Exists,
            (404, "ResourceNotFound" or "EntityNotFound") => Conflict.Missing,
            (412, _) => Conflict.Changed,
            _ => Conflict.None,
        };

    TableClient Table(string table) => service.GetTableClient(StoreNames.CheckTable(table));
}
