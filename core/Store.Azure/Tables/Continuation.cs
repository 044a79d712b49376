using Azure;

namespace Cloud.Store.Azure.Tables;

/// <summary>Where a query goes on: the two keys the service hands out, escaped and joined by <c>&amp;</c>.</summary>
static class Continuation
{
    const string Partition = "x-ms-continuation-NextPartitionKey";
    const string Row = "x-ms-continuation-NextRowKey";

    /// <returns>Null after the last page.</returns>
    public static string? Of(Response response)
    {
        if (!response.Headers.TryGetValue(Partition, out var partition))
            return null;
        var row = response.Headers.TryGetValue(Row, out var value) ? value : "";
        return $"{Uri.EscapeDataString(partition!)}&{Uri.EscapeDataString(row!)}";
    }

    /// <summary>The same as parameters of the next query.</summary>
    /// <exception cref="ArgumentException">Not something <see cref="Of"/> gave.</exception>
    public static string Query(string? continuation)
    {
        if (continuation is null)
            return "";
        if (continuation.Split('&') is not [var partition, var row] || partition.Length == 0)
            throw new ArgumentException("Not a continuation of a query", nameof(continuation));

        // Escaped anew, so that nothing else can be smuggled into the address.
        var query = $"&NextPartitionKey={Again(partition)}";
        return row.Length == 0 ? query : $"{query}&NextRowKey={Again(row)}";
    }

    static string Again(string text) => Uri.EscapeDataString(Uri.UnescapeDataString(text));
}
