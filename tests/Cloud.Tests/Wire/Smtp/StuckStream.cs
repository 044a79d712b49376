namespace Cloud.Tests.Wire.Smtp;

/// <summary>Takes so many octets, and then no more.</summary>
sealed class StuckStream(Stream inner) : Stream
{
    public int Limit { get; set; } = int.MaxValue;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancel = default) =>
        inner.ReadAsync(buffer, cancel);

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancel = default)
    {
        Limit -= buffer.Length;
        if (Limit < 0)
            await Task.Delay(Timeout.Infinite, cancel);
        await inner.WriteAsync(buffer, cancel);
    }

    public override Task FlushAsync(CancellationToken cancel) => Task.CompletedTask;

    public override void Flush() { }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        inner.Dispose();
        base.Dispose(disposing);
    }
}
