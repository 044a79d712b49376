using System.Collections.Concurrent;
using Cloud.Store.Ports;

namespace Cloud.Store.Directory;

/// <summary>Rows of the directory as they were a moment ago; absent ones too.</summary>
/// <param name="age">How long they are believed; infinite where only this process changes them.</param>
sealed class RowCache(IRows rows, TimeProvider time, TimeSpan age)
{
    /// <summary>Rows kept; guesses at addresses push each other out.</summary>
    const int Limit = 20_000;

    readonly ConcurrentDictionary<string, Entry> entries = new(StringComparer.Ordinal);
    long generation;

    /// <summary>Moves with every change of ours: what was read before it may be old.</summary>
    public long Generation => Interlocked.Read(ref generation);

    public async ValueTask<RowData?> GetAsync(string row, CancellationToken cancel)
    {
        if (row.Length > RowLimits.KeyLength)
            return null; // no name that we keep is so long
        var now = time.GetTimestamp();
        if (entries.TryGetValue(row, out var entry) && !IsOld(entry.ReadAt))
            return entry.Row;

        var before = Generation;
        var read = await rows.GetAsync(Tables.Directory, new(DirectoryRows.Partition, row), cancel);
        if (entries.Count >= Limit)
            entries.Clear();
        entries[row] = new(read?.Data, now);
        // A change of ours may have come between the read and now.
        if (Generation != before)
            entries.TryRemove(row, out _);
        return read?.Data;
    }

    public void Forget(string row)
    {
        Interlocked.Increment(ref generation);
        entries.TryRemove(row, out _);
    }

    /// <param name="readAt">A timestamp of the clock.</param>
    public bool IsOld(long readAt) => age != Timeout.InfiniteTimeSpan && time.GetElapsedTime(readAt) >= age;

    readonly record struct Entry(RowData? Row, long ReadAt);
}
