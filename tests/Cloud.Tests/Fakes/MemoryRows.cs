using System.Globalization;
using Cloud.Store.Ports;

namespace Cloud.Tests.Fakes;

/// <summary>Rows in memory, for tests: the contract and nothing else.</summary>
public sealed class MemoryRows : IRows
{
    readonly Lock guard = new();
    readonly Dictionary<(string Table, string Partition), Partition> partitions = [];
    long version;

    public ValueTask<Row?> GetAsync(string table, RowKey key, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        lock (guard)
        {
            var row = Find(table, key.Partition)?.Rows.GetValueOrDefault(KeyText.Check(key.Row));
            return ValueTask.FromResult(row is null ? null : row with { Data = Copy(row.Data) });
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
        cancel.ThrowIfCancellationRequested();
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, RowLimits.QueryRows);
        lock (guard)
        {
            var found = new List<Row>();
            string? next = null;
            foreach (var key in Keys(Find(table, range.Partition), continuation ?? range.From, range.To))
            {
                if (found.Count == limit)
                {
                    next = key;
                    break;
                }
                var row = partitions[(table, range.Partition)].Rows[key];
                found.Add(row with { Data = Copy(row.Data) });
            }
            return ValueTask.FromResult(new RowPage(found, next));
        }
    }

    public ValueTask<RowPage> QueryPartitionsAsync(
        string table,
        PartitionRange range,
        string? continuation,
        int limit,
        CancellationToken cancel
    )
    {
        cancel.ThrowIfCancellationRequested();
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, RowLimits.QueryRows);
        lock (guard)
        {
            var found = partitions
                .Where(entry => entry.Key.Table == table && entry.Value.Rows.ContainsKey(range.Row))
                .Where(entry => string.CompareOrdinal(entry.Key.Partition, continuation ?? range.From) >= 0)
                .Where(entry => range.To is null || string.CompareOrdinal(entry.Key.Partition, range.To) < 0)
                .OrderBy(entry => entry.Key.Partition, StringComparer.Ordinal)
                .Select(entry => entry.Value.Rows[range.Row])
                .Select(row => row with { Data = Copy(row.Data) })
                .Take(limit + 1)
                .ToList();
            return ValueTask.FromResult(
                found.Count > limit ? new RowPage(found[..limit], found[limit].Key.Partition) : new RowPage(found, null)
            );
        }
    }

    public ValueTask<CommitResult> CommitAsync(string table, RowTransaction transaction, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        lock (guard)
        {
            var partition = Find(table, transaction.Partition) ?? new();
            for (var at = 0; at < transaction.Changes.Count; at++)
            {
                var conflict = ConflictOf(transaction.Changes[at], partition);
                if (conflict != Conflict.None)
                    return ValueTask.FromResult(CommitResult.Refused(at, conflict));
            }
            partitions[(table, transaction.Partition)] = partition;
            return ValueTask.FromResult(
                CommitResult.Success([.. transaction.Changes.Select(change => Apply(change, partition))])
            );
        }
    }

    /// <summary>All rows of all partitions, as text: to compare stores.</summary>
    public IReadOnlyList<RowKey> AllKeys(string table)
    {
        lock (guard)
            return
            [
                .. partitions
                    .Where(entry => entry.Key.Table == table)
                    .SelectMany(entry => entry.Value.Keys.Select(row => new RowKey(entry.Key.Partition, row))),
            ];
    }

    Partition? Find(string table, string partition) => partitions.GetValueOrDefault((table, partition));

    static IEnumerable<string> Keys(Partition? partition, string from, string? to)
    {
        if (partition?.Keys.Max is not { } last || string.CompareOrdinal(from, last) > 0)
            yield break;
        foreach (var key in partition.Keys.GetViewBetween(from, last))
        {
            if (to is not null && string.CompareOrdinal(key, to) >= 0)
                yield break;
            yield return key;
        }
    }

    static Conflict ConflictOf(RowChange change, Partition partition)
    {
        var row = partition.Rows.GetValueOrDefault(change.Key.Row);
        return change.Action switch
        {
            RowAction.Insert => row is null ? Conflict.None : Conflict.Exists,
            RowAction.Upsert => Conflict.None,
            _ when row is null => Conflict.Missing,
            _ => change.ETag is null || change.ETag == row.ETag ? Conflict.None : Conflict.Changed,
        };
    }

    string? Apply(RowChange change, Partition partition)
    {
        if (change.Action == RowAction.Delete)
        {
            partition.Rows.Remove(change.Key.Row);
            partition.Keys.Remove(change.Key.Row);
            return null;
        }
        var etag = (++version).ToString(CultureInfo.InvariantCulture);
        partition.Keys.Add(change.Key.Row);
        partition.Rows[change.Key.Row] = new(change.Key, Copy(change.Data!), etag);
        return etag;
    }

    static RowData Copy(RowData data)
    {
        var copy = new RowData();
        foreach (var (name, value) in data)
        {
            copy.Add(
                name,
                value switch
                {
                    byte[] bytes => bytes.ToArray(),
                    DateTimeOffset time => time.ToUniversalTime(),
                    _ => value,
                }
            );
        }
        return copy;
    }

    sealed class Partition
    {
        public SortedSet<string> Keys { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, Row> Rows { get; } = new(StringComparer.Ordinal);
    }
}
