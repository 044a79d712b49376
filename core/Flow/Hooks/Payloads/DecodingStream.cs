using System.Buffers;
using Cloud.Mail.Encodings;

namespace Cloud.Flow.Hooks.Payloads;

/// <summary>A part's body without its transfer encoding, as it is read.</summary>
/// <param name="encoded">Goes with it.</param>
sealed class DecodingStream(Stream encoded, TransferCoder coder) : Stream
{
    const int Chunk = 32 * 1024;

    readonly byte[] buffer = new byte[Chunk];
    readonly ArrayBufferWriter<byte> decoded = new(Chunk);
    int given;
    bool isEnd;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> target, CancellationToken cancellationToken = default)
    {
        while (given == decoded.WrittenCount && !isEnd)
        {
            decoded.ResetWrittenCount();
            given = 0;
            var count = await encoded.ReadAsync(buffer, cancellationToken);
            isEnd = count == 0;
            if (isEnd)
                coder.Complete(decoded);
            else
                coder.Write(buffer.AsSpan(0, count), decoded);
        }
        var length = Math.Min(target.Length, decoded.WrittenCount - given);
        decoded.WrittenMemory.Slice(given, length).CopyTo(target);
        given += length;
        return length;
    }

    public override Task<int> ReadAsync(byte[] target, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(target.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] target, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] source, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Flush() { }

    public override async ValueTask DisposeAsync()
    {
        await encoded.DisposeAsync();
        await base.DisposeAsync();
    }
}
