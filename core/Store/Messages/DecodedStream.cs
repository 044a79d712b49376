using System.Buffers;
using Cloud.Mail.Encodings;

namespace Cloud.Store.Messages;

/// <summary>A body out of its transfer encoding, as it is read.</summary>
/// <param name="encoded">Goes with it.</param>
public sealed class DecodedStream(Stream encoded, TransferCoder decoder) : Stream
{
    const int Piece = 16 * 1024;

    readonly byte[] octets = new byte[Piece];
    readonly ArrayBufferWriter<byte> decoded = new(Piece);
    int given;
    bool isEnded;
    long left = long.MaxValue;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Leaves out the next octets.</summary>
    public async ValueTask SkipAsync(long count, CancellationToken cancel)
    {
        var skipped = new byte[Piece];
        while (count > 0)
        {
            var read = await ReadAsync(skipped.AsMemory(0, (int)Math.Min(count, Piece)), cancel);
            if (read == 0)
                return;
            count -= read;
        }
    }

    /// <summary>Ends after so many more.</summary>
    public void Limit(long count) => left = count;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (given == decoded.WrittenCount && !isEnded)
        {
            decoded.ResetWrittenCount();
            given = 0;
            var read = await encoded.ReadAsync(octets, cancellationToken);
            isEnded = read == 0;
            if (isEnded)
                decoder.Complete(decoded);
            else
                decoder.Write(octets.AsSpan(0, read), decoded);
        }
        var length = (int)Math.Min(Math.Min(buffer.Length, decoded.WrittenCount - given), left);
        decoded.WrittenMemory.Slice(given, length).CopyTo(buffer);
        given += length;
        left -= length;
        return length;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await encoded.DisposeAsync();
        await base.DisposeAsync();
    }
}
