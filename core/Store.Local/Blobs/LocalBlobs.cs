using System.Runtime.CompilerServices;
using Cloud.Store.Ports;

namespace Cloud.Store.Local.Blobs;

sealed class LocalBlobs(BlobIndex index, SegmentFiles files, Appender appender, PinnedSegments pinned) : IBlobs
{
    /// <summary>Names in one look at the index.</summary>
    const int ListPage = 1000;

    /// <summary>Compactions that may move a blob away between the look at the index and the opening of its file.</summary>
    const int Moves = 5;

    public uint Salt => files.Salt;

    public ValueTask<BlobWriter> CreateAsync(string name, CancellationToken cancel)
    {
        StoreNames.CheckBlob(name);
        return ValueTask.FromResult<BlobWriter>(new LocalBlobWriter(this, name));
    }

    public async ValueTask<Stream?> OpenAsync(string name, long offset, long? length, CancellationToken cancel)
    {
        StoreNames.CheckBlob(name);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length ?? 0);
        for (var i = 0; i < Moves; i++)
        {
            if (await index.FindAsync(name, cancel) is not { } entry)
                return null;
            if (Open(name, entry, offset, length ?? long.MaxValue) is { } stream)
                return stream;
        }
        throw new StoreException($"The segment of blob {name} is missing");
    }

    public async ValueTask<bool> CopyAsync(string source, string target, CancellationToken cancel)
    {
        StoreNames.CheckBlob(target);
        await using var from = await OpenAsync(source, 0, null, cancel);
        if (from is null || await index.FindAsync(target, cancel) is not null)
            return false;
        await using var to = new LocalBlobWriter(this, target);
        await from.CopyToAsync(new WriterStream(to), cancel);
        return await to.CompleteAsync(cancel);
    }

    public async ValueTask<bool> DeleteAsync(string name, CancellationToken cancel)
    {
        StoreNames.CheckBlob(name);
        var record = Record.Create(RecordKind.Tombstone, name, [], 0, Salt);
        return await appender.AppendAsync(new DeleteWork(name, record, isCopy: false), cancel);
    }

    public async IAsyncEnumerable<BlobInfo> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancel)
    {
        string? after = null;
        while (await index.ListAsync(prefix, after, ListPage, cancel) is { Count: > 0 } page)
        {
            foreach (var (name, entry) in page)
                yield return new(name, entry.Length);
            after = page[^1].Key;
        }
    }

    public ValueTask<bool> AppendAsync(PutWork work, CancellationToken cancel) => appender.AppendAsync(work, cancel);

    /// <summary>Writes a piece; its segment stays until <see cref="Unpin"/>.</summary>
    public ValueTask<Extent> AppendChunkAsync(ReadOnlyMemory<byte> record, CancellationToken cancel) =>
        appender.AppendAsync(new ChunkWork(record, pinned), cancel);

    public void Unpin(int segment) => pinned.Remove(segment);

    /// <returns>Null when a segment is gone: the blob was moved or deleted meanwhile.</returns>
    BlobStream? Open(string name, BlobEntry entry, long offset, long length)
    {
        length = Math.Max(0, Math.Min(length, entry.Length - offset));
        var chunks =
            entry.Kind == RecordKind.Put ? [new(entry.At, (int)entry.Length)] : BlobParts.ReadChunks(files, entry.At);
        if (chunks is null)
            return null;

        var first = 0;
        while (length > 0 && offset >= chunks[first].DataLength)
            offset -= chunks[first++].DataLength;
        var last = first;
        for (var end = 0L; end < offset + length && length > 0; last++)
            end += chunks[last].DataLength;
        var parts = new ArraySegment<Chunk>(chunks, first, last - first);
        return Lease(parts) is { } leases ? new(files, leases, name, parts, offset, length) : null;
    }

    Dictionary<int, SegmentFiles.Lease>? Lease(ArraySegment<Chunk> parts)
    {
        var leases = new Dictionary<int, SegmentFiles.Lease>();
        foreach (var part in parts)
        {
            if (leases.ContainsKey(part.At.Segment))
                continue;
            if (files.Acquire(part.At.Segment) is { } lease)
            {
                leases.Add(part.At.Segment, lease);
                continue;
            }
            foreach (var taken in leases.Values)
                files.Release(taken);
            return null;
        }
        return leases;
    }
}
