namespace Cloud.Store.Ports;

/// <summary>Names one row of a table. Rows of one partition can change together.</summary>
/// <remarks>
/// Both parts: at most 512 characters of printable ASCII without <c>/ \ # ?</c> (Azure refuses those, RFC 3986), so
/// that ordinal order is the same in every adapter. Other text goes through <see cref="KeyText.Encode"/>.
/// </remarks>
public readonly record struct RowKey(string Partition, string Row)
{
    public override string ToString() => $"{Partition}|{Row}";
}

/// <summary>A row as it was read.</summary>
/// <param name="ETag">Changes with every write; opaque.</param>
public sealed record Row(RowKey Key, RowData Data, string ETag);

/// <summary>Half-open range of row keys in one partition, in ordinal order.</summary>
/// <param name="From">First row key, included.</param>
/// <param name="To">First row key beyond the range; null reads to the partition's end.</param>
public readonly record struct RowRange(string Partition, string From, string? To)
{
    public static RowRange All(string partition) => new(partition, "", null);

    /// <summary>All rows whose key starts with <paramref name="prefix"/> (not empty).</summary>
    public static RowRange Prefix(string partition, string prefix) =>
        new(partition, prefix, prefix[..^1] + (char)(prefix[^1] + 1));
}

/// <summary>Rows of one key in a half-open range of partitions, in ordinal order of these.</summary>
/// <remarks>The table's partitions have names of one length: else adapters differ in their order.</remarks>
/// <param name="From">First partition, included.</param>
/// <param name="To">First partition beyond the range; null reads to the table's end.</param>
/// <param name="Row">The key that the rows have in their partitions.</param>
public readonly record struct PartitionRange(string From, string? To, string Row);

/// <summary>One answer of a range query.</summary>
/// <param name="Continuation">Pass it to the next query; null after the last page. A page may be empty before that.</param>
public sealed record RowPage(IReadOnlyList<Row> Rows, string? Continuation);

/// <summary>The outcome of a transaction: a conflict is an answer, not an exception.</summary>
public sealed record CommitResult
{
    /// <summary>ETags of the changed rows in the transaction's order (null for deletions); empty on conflict.</summary>
    public IReadOnlyList<string?> ETags { get; private init; } = [];

    /// <summary>Place of the change that failed, or -1.</summary>
    public int FailedAt { get; private init; } = -1;

    public Conflict Conflict { get; private init; }

    public bool Committed => Conflict == Conflict.None;

    public static CommitResult Success(IReadOnlyList<string?> etags) => new() { ETags = etags };

    public static CommitResult Refused(int at, Conflict conflict) => new() { FailedAt = at, Conflict = conflict };
}

/// <summary>Why a transaction was refused.</summary>
public enum Conflict
{
    None,

    /// <summary>An insert met a row that exists.</summary>
    Exists,

    /// <summary>A replace or delete named a row that does not exist.</summary>
    Missing,

    /// <summary>The row has another ETag by now.</summary>
    Changed,
}

/// <summary>Table storage: what Azure Tables give and no more.</summary>
/// <remarks>
/// A table comes into being with its first row. Table names: 3 to 63 letters and digits, the first a letter.
/// Every method may throw <see cref="StoreException"/>; after one the outcome of a commit is unknown.
/// </remarks>
public interface IRows
{
    /// <returns>The row, or null.</returns>
    ValueTask<Row?> GetAsync(string table, RowKey key, CancellationToken cancel);

    /// <summary>Reads rows in key order.</summary>
    /// <param name="continuation">Null for the first page, then what the last page gave.</param>
    /// <param name="limit">Most rows to answer, 1 to 1,000; fewer may come.</param>
    ValueTask<RowPage> QueryAsync(
        string table,
        RowRange range,
        string? continuation,
        int limit,
        CancellationToken cancel
    );

    /// <summary>Reads the row of one key in each partition that has it, in order of the partitions.</summary>
    /// <remarks>For lists and sweeps: it costs more the more rows these partitions have.</remarks>
    /// <param name="continuation">Null for the first page, then what the last page gave.</param>
    /// <param name="limit">Most rows to answer, 1 to 1,000; fewer may come.</param>
    ValueTask<RowPage> QueryPartitionsAsync(
        string table,
        PartitionRange range,
        string? continuation,
        int limit,
        CancellationToken cancel
    );

    /// <summary>Applies every change or none, durably when it returns.</summary>
    ValueTask<CommitResult> CommitAsync(string table, RowTransaction transaction, CancellationToken cancel);
}

public static class RowsExtensions
{
    /// <summary>Reads the whole range, page by page.</summary>
    public static IAsyncEnumerable<Row> ReadPartitionsAsync(
        this IRows rows,
        string table,
        PartitionRange range,
        CancellationToken cancel
    ) => PagesAsync((after, stop) => rows.QueryPartitionsAsync(table, range, after, RowLimits.QueryRows, stop), cancel);

    /// <summary>Reads the whole range, page by page.</summary>
    public static IAsyncEnumerable<Row> ReadAsync(
        this IRows rows,
        string table,
        RowRange range,
        CancellationToken cancel
    ) => PagesAsync((after, stop) => rows.QueryAsync(table, range, after, RowLimits.QueryRows, stop), cancel);

    static async IAsyncEnumerable<Row> PagesAsync(
        Func<string?, CancellationToken, ValueTask<RowPage>> queryAsync,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel
    )
    {
        string? continuation = null;
        do
        {
            var page = await queryAsync(continuation, cancel);
            foreach (var row in page.Rows)
                yield return row;
            continuation = page.Continuation;
        } while (continuation is not null);
    }
}
