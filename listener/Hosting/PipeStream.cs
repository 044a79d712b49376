using System.IO.Pipelines;

namespace Cloud.Listener.Hosting;

/// <summary>A stream over a reader and a writer, for TLS and compression to stand on.</summary>
sealed class PipeStream(PipeReader input, PipeWriter output) : Stream
{
    /// <summary>What is written from now on goes nowhere.</summary>
    public bool IsMuted { get; set; }

    public override bool CanRead => true;
    public override bool CanWrite => true;
    public override bool CanSeek => false;
    public override long Length => throw new NotSupportedException();
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var result = await input.ReadAsync(cancellationToken);
            var available = result.Buffer;
            var count = (int)Math.Min(available.Length, buffer.Length);
            if (count > 0)
            {
                var taken = available.Slice(0, count);
                System.Buffers.BuffersExtensions.CopyTo(taken, buffer.Span);
                input.AdvanceTo(taken.End);
                return count;
            }

            input.AdvanceTo(available.Start, available.Start);
            if (result.IsCompleted || (buffer.IsEmpty && !available.IsEmpty))
                return 0;
        }
    }

    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer,
        CancellationToken cancellationToken = default
    )
    {
        if (!IsMuted)
            await output.WriteAsync(buffer, cancellationToken);
    }

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (!IsMuted)
            await output.FlushAsync(cancellationToken);
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
