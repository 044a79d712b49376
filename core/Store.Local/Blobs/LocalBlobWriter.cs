using System.Buffers;
using System.Text;
using Cloud.Store.Ports;

namespace Cloud.Store.Local.Blobs;

/// <summary>Collects a blob in one record's worth of memory; what does not fit goes ahead in chunks.</summary>
sealed class LocalBlobWriter : BlobWriter
{
    /// <summary>Octets of the largest put or chunk record, and of a writer's memory.</summary>
    public const int RecordBytes = 128 * 1024;

    /// <summary>Chunks of the largest blob: 8 GiB, whose commit record fits the smallest segment.</summary>
    const int MaxChunks = 64 * 1024;

    const int FirstBytes = 8 * 1024;

    readonly LocalBlobs blobs;
    readonly string name;
    readonly int dataAt;
    readonly int capacity;
    readonly List<Chunk> chunks = [];
    byte[] buffer;
    int count;
    long length;
    bool isDone;

    public LocalBlobWriter(LocalBlobs blobs, string name)
    {
        this.blobs = blobs;
        this.name = name;
        dataAt = Record.HeaderLength + name.Length;
        capacity = RecordBytes - dataAt;
        buffer = ArrayPool<byte>.Shared.Rent(FirstBytes);
        Encoding.ASCII.GetBytes(name, buffer.AsSpan(Record.HeaderLength));
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        ObjectDisposedException.ThrowIf(isDone, this);
        while (!bytes.IsEmpty)
        {
            if (count == capacity)
                await SpillAsync(cancel);
            var take = Math.Min(bytes.Length, capacity - count);
            EnsureRoom(take);
            bytes.Span[..take].CopyTo(buffer.AsSpan(dataAt + count));
            count += take;
            length += take;
            bytes = bytes[take..];
        }
    }

    public override async ValueTask<bool> CompleteAsync(CancellationToken cancel)
    {
        ObjectDisposedException.ThrowIf(isDone, this);
        if (chunks.Count == 0)
            return await PutAsync(cancel);
        if (count > 0)
            await SpillAsync(cancel);
        var record = Record.Create(RecordKind.Commit, name, Chunk.Pack(chunks), length, blobs.Salt);
        return await blobs.AppendAsync(new PutWork(name, RecordKind.Commit, record, length, chunks, null), cancel);
    }

    public override ValueTask DisposeAsync()
    {
        if (isDone)
            return ValueTask.CompletedTask;
        isDone = true;
        foreach (var chunk in chunks)
            blobs.Unpin(chunk.At.Segment);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
        return ValueTask.CompletedTask;
    }

    ValueTask<bool> PutAsync(CancellationToken cancel)
    {
        EnsureRoom(Record.Alignment);
        var size = Record.Seal(buffer, RecordKind.Put, name.Length, count, length, blobs.Salt);
        var work = new PutWork(name, RecordKind.Put, buffer.AsMemory(0, size), length, [], null);
        return blobs.AppendAsync(work, cancel);
    }

    async ValueTask SpillAsync(CancellationToken cancel)
    {
        if (chunks.Count == MaxChunks)
            throw new StoreException($"Blob {name} is over {(long)MaxChunks * capacity} bytes");
        EnsureRoom(Record.Alignment);
        var size = Record.Seal(buffer, RecordKind.Chunk, name.Length, count, length, blobs.Salt);
        var at = await blobs.AppendChunkAsync(buffer.AsMemory(0, size), cancel);
        chunks.Add(new(at, count));
        count = 0;
    }

    // Padding included, which never exceeds the record: its size is a multiple of the alignment.
    void EnsureRoom(int more)
    {
        var needed = Math.Min(RecordBytes, dataAt + count + more);
        if (buffer.Length >= needed)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, Math.Min(RecordBytes, buffer.Length * 2)));
        buffer.AsSpan(0, dataAt + count).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }
}
