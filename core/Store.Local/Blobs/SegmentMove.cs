using Cloud.Store.Ports;

namespace Cloud.Store.Local.Blobs;

/// <summary>Copies all that one sealed segment still holds to the log's end.</summary>
/// <param name="isOldest">Nothing lies before it that its tombstones would have to keep dead.</param>
sealed class SegmentMove(
    BlobIndex index,
    SegmentFiles files,
    Appender appender,
    PinnedSegments pinned,
    int number,
    bool isOldest
)
{
    /// <summary>Copies on their way at once: 4 MiB of the largest, and one flush for all.</summary>
    const int AtOnce = 32;

    readonly List<Task> pending = [];
    readonly HashSet<string> moved = new(StringComparer.Ordinal);

    /// <exception cref="StoreException">The segment is damaged, or a copy cannot be written.</exception>
    public async Task RunAsync(CancellationToken cancel)
    {
        var lease = files.Acquire(number) ?? throw new StoreException($"Segment {number} is missing");
        try
        {
            var end = RandomAccess.GetLength(lease.Handle);
            using var scan = new SegmentScan(lease.Handle, SegmentFiles.HeadLength, end, files.Salt);
            while (scan.MoveNext())
            {
                await MoveAsync(scan, cancel);
                if (pending.Count >= AtOnce)
                    await DrainAsync();
            }
            await DrainAsync();
            if (scan.Position < end && !scan.IsBlank(scan.Position))
                throw new StoreException($"Segment {number} is damaged at {scan.Position}");
        }
        finally
        {
            files.Release(lease);
        }
    }

    async Task DrainAsync()
    {
        await Task.WhenAll(pending);
        pending.Clear();
    }

    async ValueTask MoveAsync(SegmentScan scan, CancellationToken cancel)
    {
        switch (scan.Header.Kind)
        {
            case RecordKind.Put:
                await MovePutAsync(scan, cancel);
                break;
            case RecordKind.Tombstone when !isOldest:
                await MoveTombstoneAsync(scan.Name, cancel);
                break;
            case RecordKind.Chunk or RecordKind.Commit when moved.Add(scan.Name):
                await MoveLargeAsync(scan.Name, cancel);
                break;
        }
    }

    async ValueTask MovePutAsync(SegmentScan scan, CancellationToken cancel)
    {
        var at = new Extent(number, (int)scan.Offset, scan.Header.Length);
        if ((await index.FindAsync(scan.Name, cancel))?.At != at)
            return;
        var record = scan.ReadRecord() ?? throw new StoreException($"Segment {number} is damaged at {at.Offset}");
        var copy = new PutWork(scan.Name, RecordKind.Put, record.ToArray(), scan.Header.BlobLength, [], at);
        pending.Add(appender.AppendAsync(copy, cancel).AsTask());
    }

    async ValueTask MoveTombstoneAsync(string name, CancellationToken cancel)
    {
        if (await index.FindAsync(name, cancel) is not null)
            return;
        var record = Record.Create(RecordKind.Tombstone, name, [], 0, files.Salt);
        pending.Add(appender.AppendAsync(new DeleteWork(name, record, isCopy: true), cancel).AsTask());
    }

    async ValueTask MoveLargeAsync(string name, CancellationToken cancel)
    {
        if (await index.FindAsync(name, cancel) is not { Kind: RecordKind.Commit } entry)
            return;
        var chunks = BlobParts.ReadChunks(files, entry.At);
        if (chunks is null || (entry.At.Segment != number && chunks.All(chunk => chunk.At.Segment != number)))
            return;

        var copies = new List<int>();
        try
        {
            for (var i = 0; i < chunks.Length; i++)
            {
                if (chunks[i].At.Segment != number)
                    continue;
                chunks[i] = chunks[i] with { At = await CopyChunkAsync(name, chunks[i].At, cancel) };
                copies.Add(chunks[i].At.Segment);
            }
            var record = Record.Create(RecordKind.Commit, name, Chunk.Pack(chunks), entry.Length, files.Salt);
            var commit = new PutWork(name, RecordKind.Commit, record, entry.Length, chunks, entry.At);
            await appender.AppendAsync(commit, cancel);
        }
        finally
        {
            copies.ForEach(pinned.Remove);
        }
    }

    async ValueTask<Extent> CopyChunkAsync(string name, Extent at, CancellationToken cancel)
    {
        var lease = files.Acquire(at.Segment) ?? throw new StoreException($"Segment {at.Segment} is missing");
        try
        {
            var record = new byte[at.Length];
            BlobParts.Read(lease.Handle, at, files.Salt, name, record);
            return await appender.AppendAsync(new ChunkWork(record, pinned), cancel);
        }
        finally
        {
            files.Release(lease);
        }
    }
}
