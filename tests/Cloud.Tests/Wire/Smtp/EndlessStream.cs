namespace Cloud.Tests.Wire.Smtp;

/// <summary>A message that has some lines, and more as soon as something has happened.</summary>
sealed class EndlessStream(Task more) : AsyncStream
{
    bool hasBegun;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancel = default)
    {
        if (hasBegun)
            await more.WaitAsync(cancel);
        hasBegun = true;
        buffer.Span.Fill((byte)'x');
        return buffer.Length;
    }
}
