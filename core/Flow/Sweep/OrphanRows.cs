using Cloud.Store.Ports;

namespace Cloud.Flow.Sweep;

/// <summary>Table <c>sweep</c>, partition <c>orphans</c>: blobs that nothing named when they were looked at.</summary>
/// <remarks>
/// They go when nothing names them half an hour later either. A process that slept for days with its machine finds its
/// own upload old when it wakes, a moment before it files it: by the second look that is done.
/// </remarks>
static class OrphanRows
{
    public static readonly TimeSpan Age = TimeSpan.FromMinutes(30);

    const string Partition = "orphans";

    /// <param name="names">Any number.</param>
    public static async ValueTask WriteAsync(IRows rows, IEnumerable<string> names, DateTimeOffset now)
    {
        foreach (var some in names.Chunk(RowLimits.TransactionChanges))
        {
            var transaction = new RowTransaction(Partition);
            foreach (var name in some)
                transaction.Upsert(KeyText.Encode(name), new() { { "Name", name }, { "Found", now } });
            await rows.CommitAsync(SweepRows.Table, transaction, CancellationToken.None);
        }
    }

    /// <summary>Names found before a time, at most so many.</summary>
    public static async ValueTask<IReadOnlyList<string>> ReadAsync(
        IRows rows,
        DateTimeOffset before,
        int limit,
        CancellationToken cancel
    )
    {
        var names = new List<string>();
        await foreach (var row in rows.ReadAsync(SweepRows.Table, RowRange.All(Partition), cancel))
        {
            if (row.Data.Time("Found") <= before && row.Data.String("Name") is { } name)
                names.Add(name);
            if (names.Count == limit)
                break;
        }
        return names;
    }

    public static async ValueTask<long> CountAsync(IRows rows, CancellationToken cancel)
    {
        var count = 0L;
        await foreach (var _ in rows.ReadAsync(SweepRows.Table, RowRange.All(Partition), cancel))
            count++;
        return count;
    }

    /// <summary>Forgets names; those that another run has forgotten before are left to it.</summary>
    public static async ValueTask RemoveAsync(IRows rows, IEnumerable<string> names)
    {
        foreach (var some in names.Chunk(RowLimits.TransactionChanges))
        {
            var transaction = new RowTransaction(Partition);
            foreach (var name in some)
                transaction.Delete(KeyText.Encode(name));
            await rows.CommitAsync(SweepRows.Table, transaction, CancellationToken.None);
        }
    }
}
