using Azure.Core;
using Cloud.Store.Ports;

namespace Cloud.Store.Azure.Tables;

/// <summary>One change as the table service wants it, alone or as a part of a batch.</summary>
/// <param name="Path">Below the service's address, escaped.</param>
/// <param name="IfMatch">The ETag asked for, <c>*</c> for any, null for no condition.</param>
readonly record struct TableOperation(RequestMethod Method, string Path, string? IfMatch, RowKey Key, RowData? Data)
{
    /// <summary>The version whose limits and answers this client was written against.</summary>
    public const string ServiceVersion = "2020-12-06";

    /// <summary>No metadata would lose ETags and types.</summary>
    public const string Json = "application/json;odata=minimalmetadata";

    public static TableOperation Of(string table, in RowChange change) =>
        change.Action switch
        {
            RowAction.Insert => new(RequestMethod.Post, table, null, change.Key, change.Data),
            RowAction.Replace => new(
                RequestMethod.Put,
                Entity(table, change.Key),
                change.ETag ?? "*",
                change.Key,
                change.Data
            ),
            RowAction.Upsert => new(RequestMethod.Put, Entity(table, change.Key), null, change.Key, change.Data),
            RowAction.Delete => new(
                RequestMethod.Delete,
                Entity(table, change.Key),
                change.ETag ?? "*",
                change.Key,
                null
            ),
            _ => throw new ArgumentOutOfRangeException(nameof(change), change.Action, null),
        };

    /// <summary>A row's address: quotes doubled as OData has it, then escaped as a path.</summary>
    public static string Entity(string table, RowKey key) =>
        $"{table}(PartitionKey='{Escape(key.Partition)}',RowKey='{Escape(key.Row)}')";

    static string Escape(string key) => Uri.EscapeDataString(key.Replace("'", "''", StringComparison.Ordinal));
}
