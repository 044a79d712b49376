using System.Runtime.InteropServices;
using Cloud.Store.Local.Sqlite;
using Cloud.Store.Ports;
using Microsoft.Extensions.Logging;

namespace Cloud.Store.Local.Blobs;

/// <summary>Where each blob lies: the newest changes in memory, the rest in <c>blobs.db</c>.</summary>
/// <remarks>
/// The changes in memory (the tail) go to the file in batches, by a thread of its own. While a batch is on its way it
/// is frozen and still looked at. So a name is sought in the tail, in the frozen batch, then in the file: a change only
/// ever moves along that way.
/// </remarks>
sealed class BlobIndex : IDisposable
{
    /// <summary>Changes in the tail before it is written: about 3 MB, and sorted writes share pages.</summary>
    const int TailEntries = 16 * 1024;

    /// <summary>Octets of log that are not covered by the file: bounds what a start has to scan, 0.1 s.</summary>
    const long TailBytes = 64 * 1024 * 1024;

    /// <summary>A quiet tail is written after this.</summary>
    static readonly TimeSpan Quiet = TimeSpan.FromSeconds(2);

    readonly object gate = new();
    readonly BlobIndexFile file;
    readonly ReaderPool<BlobIndexReader> readers;
    readonly BlobIndexReader appending;
    readonly ILogger log;
    readonly uint salt;
    readonly Thread thread;
    readonly Dictionary<int, SegmentUse> segments;
    Dictionary<string, BlobEntry> tail = new(StringComparer.Ordinal);
    Dictionary<string, BlobEntry>? frozen;
    HashSet<int> touched = [];
    LogPosition position;
    long uncovered;
    StoreException? fault;
    TaskCompletionSource? durable;
    bool closed;

    public BlobIndex(string path, BlobIndexFile file, uint salt, ILogger log)
    {
        this.file = file;
        this.salt = salt;
        this.log = log;
        segments = file.ReadSegments();
        position = file.ReadState()?.Position ?? default;
        readers = new(Math.Clamp(Environment.ProcessorCount, 2, 8), () => new BlobIndexReader(path));
        appending = new BlobIndexReader(path);
        thread = new Thread(Run) { Name = "blob index", IsBackground = true };
        thread.Start();
    }

    /// <summary>What the index knows up to.</summary>
    public LogPosition Position
    {
        get
        {
            lock (gate)
                return position;
        }
    }

    /// <summary>For the writing thread alone.</summary>
    public BlobEntry? Find(string name) => TryFindNew(name, out var entry) ? Living(entry) : appending.Find(name);

    public ValueTask<BlobEntry?> FindAsync(string name, CancellationToken cancel) =>
        TryFindNew(name, out var entry)
            ? ValueTask.FromResult(Living(entry))
            : readers.ReadAsync(name, static (reader, asked) => reader.Find(asked), cancel);

    /// <summary>A page of names that start with <paramref name="prefix"/> and lie behind <paramref name="after"/>.</summary>
    /// <returns>Fewer than <paramref name="limit"/> may come; none come only after the last.</returns>
    public async ValueTask<List<KeyValuePair<string, BlobEntry>>> ListAsync(
        string prefix,
        string? after,
        int limit,
        CancellationToken cancel
    )
    {
        while (true)
        {
            var merged = new SortedDictionary<string, BlobEntry>(StringComparer.Ordinal);
            CopyNew(prefix, after, merged);
            // Names hold no character below '!' nor above 'z': these bounds enclose all with the prefix.
            var start = after ?? (prefix.Length == 0 ? "" : prefix[..^1] + (char)(prefix[^1] - 1) + '~');
            var stored = await readers.ReadAsync(
                (start, prefix + '~', limit),
                static (reader, asked) => reader.List(asked.start, asked.Item2, asked.limit),
                cancel
            );
            foreach (var (name, entry) in stored)
                merged.TryAdd(name, entry);
            // Beyond the last stored name of a full page lie others that were not read.
            var last = stored.Count == limit ? stored[^1].Key : null;
            var page = merged
                .Where(pair => !pair.Value.IsDeleted)
                .TakeWhile(pair => last is null || string.CompareOrdinal(pair.Key, last) <= 0)
                .ToList();
            if (page.Count > 0 || last is null)
                return page;
            after = last;
        }
    }

    /// <summary>Takes over what durable records say. May wait for the file when too much is in memory.</summary>
    /// <param name="end">Position behind them.</param>
    /// <exception cref="StoreException">The file cannot be written and memory is full.</exception>
    public void Apply(ReadOnlySpan<BlobChange> changes, LogPosition end)
    {
        lock (gate)
        {
            foreach (var change in changes)
                Apply(change);
            uncovered += end.Segment == position.Segment ? end.Offset - position.Offset : end.Offset;
            position = end;
            ref var use = ref Use(end.Segment);
            use = use with { Length = Math.Max(use.Length, end.Offset) };
            if (IsFull)
                Monitor.PulseAll(gate);
        }
    }

    /// <summary>Waits until the tail has room again.</summary>
    /// <exception cref="StoreException">The file cannot be written.</exception>
    public void WaitForRoom()
    {
        lock (gate)
        {
            while (frozen is not null && IsFull)
            {
                if (fault is not null)
                    throw fault;
                Monitor.Wait(gate);
            }
        }
    }

    /// <summary>Waits until all that was applied so far would survive in the file.</summary>
    public Task FlushAsync()
    {
        lock (gate)
        {
            durable ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            Monitor.PulseAll(gate);
            return durable.Task;
        }
    }

    public Dictionary<int, SegmentUse> Segments()
    {
        lock (gate)
            return new(segments);
    }

    /// <summary>Notes that a segment is no longer needed; to be flushed before its file goes.</summary>
    public void Drop(int number)
    {
        lock (gate)
        {
            ref var use = ref Use(number);
            use = use with { IsDropped = true };
        }
    }

    /// <summary>Forgets a segment whose file is gone.</summary>
    public void Forget(int number)
    {
        lock (gate)
        {
            segments.Remove(number);
            touched.Add(number);
        }
    }

    /// <summary>Writes what is left and closes.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            closed = true;
            Monitor.PulseAll(gate);
        }
        thread.Join();
        appending.Dispose();
        readers.Dispose();
        file.Dispose();
    }

    bool IsFull => tail.Count >= TailEntries || uncovered >= TailBytes;

    static BlobEntry? Living(BlobEntry entry) => entry.IsDeleted ? null : entry;

    bool TryFindNew(string name, out BlobEntry entry)
    {
        lock (gate)
        {
            if (tail.TryGetValue(name, out entry))
                return true;
            return frozen is not null && frozen.TryGetValue(name, out entry);
        }
    }

    void CopyNew(string prefix, string? after, SortedDictionary<string, BlobEntry> into)
    {
        lock (gate)
        {
            foreach (var (name, entry) in frozen is null ? tail : tail.Concat(frozen))
            {
                if (
                    name.StartsWith(prefix, StringComparison.Ordinal)
                    && (after is null || string.CompareOrdinal(name, after) > 0)
                )
                    into.TryAdd(name, entry);
            }
        }
    }

    void Apply(BlobChange change)
    {
        tail[change.Name] = change.Entry;
        if (change.Old is { } old)
        {
            Account(old.At, -1);
            foreach (var chunk in change.OldChunks)
                Account(chunk.At, -1);
        }
        if (change.Entry.IsDeleted)
        {
            ref var use = ref Use(change.Entry.At.Segment);
            use = use with { Tombstones = use.Tombstones + change.Entry.At.Length };
            return;
        }
        Account(change.Entry.At, +1);
        foreach (var chunk in change.Chunks)
            Account(chunk.At, +1);
    }

    void Account(Extent at, int sign)
    {
        ref var use = ref Use(at.Segment);
        use = use with { Live = use.Live + sign * at.Length };
    }

    ref SegmentUse Use(int number)
    {
        touched.Add(number);
        return ref CollectionsMarshal.GetValueRefOrAddDefault(segments, number, out _)!;
    }

    void Run()
    {
        while (Freeze() is { } batch)
            Write(batch);
    }

    sealed record Batch(
        Dictionary<string, BlobEntry> Entries,
        Dictionary<int, SegmentUse?> Segments,
        LogPosition Position,
        TaskCompletionSource? Durable
    );

    /// <returns>Null when the index is closed and all is written.</returns>
    Batch? Freeze()
    {
        lock (gate)
        {
            if (!closed && durable is null && !IsFull)
                Monitor.Wait(gate, Quiet);
            while (!closed && durable is null && tail.Count == 0 && touched.Count == 0)
                Monitor.Wait(gate);
            if (tail.Count == 0 && touched.Count == 0 && durable is null)
                return null;
            frozen = tail;
            tail = new(StringComparer.Ordinal);
            var uses = touched.ToDictionary(
                number => number,
                number => segments.TryGetValue(number, out var use) ? use : (SegmentUse?)null
            );
            touched = [];
            uncovered = 0;
            var batch = new Batch(frozen, uses, position, durable);
            durable = null;
            return batch;
        }
    }

    void Write(Batch batch)
    {
        try
        {
            var entries = batch.Entries.OrderBy(pair => pair.Key, StringComparer.Ordinal);
            file.Write(entries, batch.Segments, salt, batch.Position, batch.Durable is not null);
            lock (gate)
            {
                frozen = null;
                fault = null;
                Monitor.PulseAll(gate);
            }
            batch.Durable?.SetResult();
        }
        catch (StoreException cause)
        {
            Log.IndexNotWritten(log, cause);
            batch.Durable?.SetException(cause);
            TakeBack(batch, cause);
        }
    }

    // The batch becomes the tail's beginning again. The segments still have it all, should the process end.
    void TakeBack(Batch batch, StoreException cause)
    {
        lock (gate)
        {
            foreach (var (name, entry) in batch.Entries)
                tail.TryAdd(name, entry);
            touched.UnionWith(batch.Segments.Keys);
            fault = cause;
            Monitor.PulseAll(gate);
            if (closed)
            {
                tail.Clear();
                touched.Clear();
                return;
            }
            Monitor.Wait(gate, Quiet);
        }
    }
}
