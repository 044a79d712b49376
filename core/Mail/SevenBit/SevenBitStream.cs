using System.Buffers;

namespace Cloud.Mail.SevenBit;

/// <summary>A message, read in 7 bit. To be read asynchronously; the message's stream goes with it.</summary>
public sealed class SevenBitStream(Stream message, SevenBitPlan plan) : Stream
{
    /// <summary>Octets converted at a time.</summary>
    const int Block = 8 * 1024;

    readonly SevenBitConversion conversion = new(plan);
    readonly ArrayBufferWriter<byte> converted = new(2 * Block);
    readonly byte[] block = new byte[Block];
    int taken; // of what is converted
    bool isOver;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (taken == converted.WrittenCount && !isOver && !buffer.IsEmpty)
        {
            (taken, isOver) = (0, await ConvertAsync(cancellationToken) == 0);
            if (isOver)
                conversion.Complete(converted);
        }

        var length = Math.Min(buffer.Length, converted.WrittenCount - taken);
        converted.WrittenMemory.Slice(taken, length).CopyTo(buffer);
        taken += length;
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
        await message.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            message.Dispose();
        base.Dispose(disposing);
    }

    async ValueTask<int> ConvertAsync(CancellationToken cancel)
    {
        converted.ResetWrittenCount();
        var read = await message.ReadAsync(block, cancel);
        conversion.Write(block.AsSpan(0, read), converted);
        return read;
    }
}
