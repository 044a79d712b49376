using System.IO.Compression;
using System.IO.Pipelines;

namespace Cloud.Listener.Hosting;

/// <summary>Raw deflate (RFC 1951) over a reader and a writer: inflates what is read, deflates what is written.</summary>
/// <remarks>
/// It inflates no more than it is asked for, so that a few octets which mean gigabytes meet the limits of whoever reads.
/// A flush ends on a whole octet, and nothing before it is lost when the next octets are deflated without a memory of
/// it: so the deflater, some 300 KB, can be thrown away in between.
/// </remarks>
sealed class CompressedStream(PipeReader input, PipeWriter output) : Stream
{
    readonly DeflateStream inflater = new(new PipeStream(input, output), CompressionMode.Decompress);
    PipeStream? target;
    DeflateStream? deflater;

    public override bool CanRead => true;
    public override bool CanWrite => true;
    public override bool CanSeek => false;
    public override long Length => throw new NotSupportedException();
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <exception cref="IOException">The peer sends what is not deflate.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return await inflater.ReadAsync(buffer, cancellationToken);
        }
        catch (InvalidDataException e)
        {
            throw new IOException("The peer sends what is not deflate", e);
        }
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        target ??= new PipeStream(input, output);
        deflater ??= new DeflateStream(target, CompressionLevel.Fastest, leaveOpen: true);
        return deflater.WriteAsync(buffer, cancellationToken);
    }

    /// <summary>All that was written is on its way, and the peer can inflate all of it.</summary>
    public override Task FlushAsync(CancellationToken cancellationToken) =>
        deflater?.FlushAsync(cancellationToken) ?? Task.CompletedTask;

    /// <summary>Forgets what it has sent: the next octets are deflated afresh. Only after a flush.</summary>
    public async ValueTask RestAsync()
    {
        if (deflater is null)
            return;
        target!.IsMuted = true; // It would end the stream, which goes on.
        await deflater.DisposeAsync();
        (target, deflater) = (null, null);
    }

    public override async ValueTask DisposeAsync()
    {
        await RestAsync();
        await inflater.DisposeAsync();
        await base.DisposeAsync();
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush() => throw new NotSupportedException("Asynchronous only");

    public override int Read(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("Asynchronous only");

    public override void Write(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("Asynchronous only");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
