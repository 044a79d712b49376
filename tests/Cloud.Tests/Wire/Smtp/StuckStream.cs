namespace Cloud.Tests.Wire.Smtp;

/// <summary>Takes so many octets, and then no more.</summary>
sealed class StuckStream(Stream inner) : AsyncStream
{
    public int Limit { get; set; } = int.MaxValue;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancel = default) =>
        inner.ReadAsync(buffer, cancel);

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancel = default)
    {
        Limit -= buffer.Length;
        if (Limit < 0)
            await Task.Delay(Timeout.Infinite, cancel);
        await inner.WriteAsync(buffer, cancel);
    }

    protected override void Dispose(bool disposing)
    {
        inner.Dispose();
        base.Dispose(disposing);
    }
}
