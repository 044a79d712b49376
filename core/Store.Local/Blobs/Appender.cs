using Cloud.Store.Ports;
using Microsoft.Extensions.Logging;

namespace Cloud.Store.Local.Blobs;

/// <summary>Writes waiting records in groups, so that one flush serves them all.</summary>
sealed class Appender : IGroupWriter, IDisposable
{
    /// <summary>Records that may wait; a caller beyond that waits for a place.</summary>
    const int Waiting = 256;

    /// <summary>Octets of a group: what a torn write can reach, and how long the first of it waits.</summary>
    public const int GroupBytes = 4 * 1024 * 1024;

    // Taken, and written up to the next one.
    readonly List<AppendWork> works = new(Waiting);
    int next;
    volatile bool hasLeft;

    readonly Inbox<AppendWork> inbox;
    readonly BlobIndex index;
    readonly SegmentFiles files;
    readonly long segmentBytes;
    readonly WriterThread thread;
    readonly ILogger log;
    readonly Group group = new();

    // After a failed flush the kernel may have given up pages written before it: no blob may be made of those.
    readonly HashSet<int> doubtful = [];
    ActiveSegment active;
    bool mustRoll;

    public Appender(
        BlobIndex index,
        SegmentFiles files,
        ActiveSegment active,
        long segmentBytes,
        WriterThread thread,
        ILogger log
    )
    {
        this.index = index;
        this.files = files;
        this.active = active;
        this.segmentBytes = segmentBytes;
        this.thread = thread;
        this.log = log;
        ActiveNumber = active.Number;
        inbox = new(Waiting, thread);
        thread.Add(this);
    }

    public bool HasWork => hasLeft || inbox.HasWork;

    /// <summary>The segment that is still written to; every other one is sealed.</summary>
    public int ActiveNumber { get; private set; }

    public async ValueTask<T> AppendAsync<T>(AppendWork<T> work, CancellationToken cancel)
    {
        await inbox.AddAsync(work, cancel);
        return await work.Answer;
    }

    /// <summary>Writes what waits, then closes.</summary>
    public void Dispose()
    {
        inbox.Close();
        thread.Remove(this);
        inbox.Dispose();
        active.Dispose();
    }

    /// <summary>What is written and flushed together.</summary>
    sealed class Group
    {
        public readonly List<AppendWork> Decided = [];
        public readonly List<Extent?> Places = [];
        public readonly List<ReadOnlyMemory<byte>> Records = [];
        public readonly List<BlobChange> Changes = [];
        public readonly HashSet<string> Names = new(StringComparer.Ordinal);
        public long Bytes;

        public void Clear()
        {
            Decided.Clear();
            Places.Clear();
            Records.Clear();
            Changes.Clear();
            Names.Clear();
            Bytes = 0;
        }
    }

    public void WriteGroup()
    {
        if (!hasLeft)
            inbox.Take(works, Waiting);
        next = AppendGroup(next);
        hasLeft = next < works.Count;
        if (hasLeft)
            return;
        works.Clear();
        next = 0;
    }

    /// <returns>The first work that was left for the next group.</returns>
    int AppendGroup(int start)
    {
        group.Clear();
        var at = start;
        try
        {
            index.WaitForRoom();
            if (mustRoll || !active.HasRoom(works[start].Record.Length))
                Roll();
            while (at < works.Count && Fits(works[at]))
                Add(works[at++]);
            if (group.Bytes > 0)
                Write();
        }
#pragma warning disable CA1031 // Whatever happened, callers must hear of it and the thread must live on.
        catch (Exception cause)
#pragma warning restore CA1031
        {
            at = Math.Max(at, start + 1);
            Fail(works[start..at], cause);
            return at;
        }
        for (var i = 0; i < group.Decided.Count; i++)
            group.Decided[i].Succeed(group.Places[i]);
        return at;
    }

    // A name comes once in a group: the second is decided upon what the first left in the index.
    bool Fits(AppendWork work) =>
        (group.Bytes == 0 || group.Bytes + work.Record.Length <= GroupBytes)
        && active.HasRoom(group.Bytes + work.Record.Length)
        && (work.Name is null || group.Names.Add(work.Name));

    void Add(AppendWork work)
    {
        var current = work.Name is null ? null : index.Find(work.Name);
        if (work.Chunks.Any(chunk => doubtful.Contains(chunk.At.Segment)))
            throw new StoreException($"A piece of blob {work.Name} may not have reached the disk");
        if (!work.Decide(current))
        {
            group.Decided.Add(work);
            group.Places.Add(null);
            return;
        }
        var place = new Extent(active.Number, (int)(active.Tail + group.Bytes), work.Record.Length);
        if (work.Name is not null)
            group.Changes.Add(new(work.Name, work.EntryAt(place), work.Chunks, current, ChunksOf(current)));
        group.Decided.Add(work);
        group.Places.Add(place);
        group.Records.Add(work.Record);
        group.Bytes += work.Record.Length;
    }

    void Write()
    {
        active.Write(group.Records, group.Bytes, durable: group.Changes.Count > 0);
        active.Advance(group.Bytes);
        index.Apply(
            System.Runtime.InteropServices.CollectionsMarshal.AsSpan(group.Changes),
            new(active.Number, active.Tail)
        );
    }

    IReadOnlyList<Chunk> ChunksOf(BlobEntry? entry) =>
        entry is { Kind: RecordKind.Commit } large ? BlobParts.ReadChunks(files, large.At) ?? [] : [];

    // After a failed write nobody knows what lies behind the tail: it is cut off, and the log goes on elsewhere.
    void Roll()
    {
        active.Seal();
        var next = ActiveSegment.Create(files, active.Number + 1, segmentBytes);
        active.Dispose();
        active = next;
        ActiveNumber = next.Number;
        mustRoll = false;
    }

    void Fail(List<AppendWork> works, Exception cause)
    {
        mustRoll = true;
        doubtful.Add(active.Number);
        Log.AppendFailed(log, works.Count, cause);
        var fault = Disk.Fault("The blob was not written", cause);
        foreach (var work in works)
            work.Fail(fault);
    }
}
