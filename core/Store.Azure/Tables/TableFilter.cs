using Cloud.Store.Ports;

namespace Cloud.Store.Azure.Tables;

/// <summary>A range of keys as an OData filter.</summary>
static class TableFilter
{
    public static string Of(RowRange range)
    {
        var filter = $"PartitionKey eq {Quote(range.Partition)}";
        if (range.From.Length > 0)
            filter += $" and RowKey ge {Quote(range.From)}";
        if (End(range.To) is { } to)
            filter += $" and RowKey lt {Quote(to)}";
        return filter;
    }

    public static string OfPartitions(PartitionRange range)
    {
        var filter = $"PartitionKey ge {Quote(range.From)}";
        if (End(range.To) is { } to)
            filter += $" and PartitionKey lt {Quote(to)}";
        return $"{filter} and RowKey eq {Quote(range.Row)}";
    }

    /// <summary>The same end without characters beyond the key alphabet.</summary>
    /// <remarks>
    /// All keys that start with <c>a~</c> end before <c>a</c> and U+007F, which is a control character the service need
    /// not accept. Since no key holds anything above <c>~</c>, <c>b</c> is the same end; past a run of <c>~</c> alone
    /// there is no end at all.
    /// </remarks>
    static string? End(string? to)
    {
        if (to is null || to.Length == 0 || to[^1] <= '~')
            return to;
        var stem = to[..^1];
        return stem.Length == 0 ? null : End(stem[..^1] + (char)(stem[^1] + 1));
    }

    static string Quote(string key) => $"'{key.Replace("'", "''", StringComparison.Ordinal)}'";
}
