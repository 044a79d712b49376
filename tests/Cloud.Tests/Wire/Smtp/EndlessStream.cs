namespace Cloud.Tests.Wire.Smtp;

/// <summary>A message that has some lines, and more as soon as something has happened.</summary>
sealed class EndlessStream(Task more) : Stream
{
    bool hasBegun;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancel = default)
    {
        if (hasBegun)
            await more.WaitAsync(cancel);
        hasBegun = true;
        buffer.Span.Fill((byte)'x');
        return buffer.Length;
    }

    public override void Flush() { }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
