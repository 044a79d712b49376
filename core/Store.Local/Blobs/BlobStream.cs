using System.Buffers;

namespace Cloud.Store.Local.Blobs;

/// <summary>A range of a blob, read record by record; each is checked before a byte of it is given.</summary>
/// <param name="leases">The files of the parts; released with the stream.</param>
/// <param name="start">First octet to give, counted from the first part's beginning.</param>
/// <param name="length">Octets to give.</param>
sealed class BlobStream(
    SegmentFiles files,
    Dictionary<int, SegmentFiles.Lease> leases,
    string name,
    ArraySegment<Chunk> parts,
    long start,
    long length
) : Stream
{
    int next;
    long skip = start;
    long rest = length;
    byte[] room = [];
    ReadOnlyMemory<byte> current;
    bool disposed;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    /// <summary>Octets of the range.</summary>
    public override long Length { get; } = length;

    public override long Position
    {
        get => Length - rest;
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty || !Load())
            return 0;
        var count = Math.Min(buffer.Length, current.Length);
        current.Span[..count].CopyTo(buffer);
        Consume(count);
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Read(buffer.Span));
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
    {
        while (Load())
        {
            await destination.WriteAsync(current, cancellationToken);
            Consume(current.Length);
        }
    }

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (!disposed)
        {
            disposed = true;
            ArrayPool<byte>.Shared.Return(room);
            room = [];
            current = default;
            foreach (var lease in leases.Values)
                files.Release(lease);
        }
        base.Dispose(disposing);
    }

    /// <returns>False at the end of the range.</returns>
    bool Load()
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (rest == 0)
            return false;
        if (!current.IsEmpty)
            return true;
        var part = parts[next++].At;
        if (room.Length < part.Length)
        {
            ArrayPool<byte>.Shared.Return(room);
            room = ArrayPool<byte>.Shared.Rent(part.Length);
        }
        var data = BlobParts.Read(leases[part.Segment].Handle, part, files.Salt, name, room);
        current = data[(int)skip..];
        skip = 0;
        if (current.Length > rest)
            current = current[..(int)rest];
        return true;
    }

    void Consume(int count)
    {
        current = current[count..];
        rest -= count;
    }
}
