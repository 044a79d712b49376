using System.IO.Pipelines;

namespace Cloud.Tests.Wire.Smtp;

/// <summary>One end of a connection without sockets. Counts what is written at a time.</summary>
sealed class PipedStream(PipeReader input, PipeWriter output) : AsyncStream
{
    readonly Stream reader = input.AsStream();

    /// <summary>Two ends.</summary>
    public static (PipedStream One, PipedStream Other) Pair()
    {
        // Large enough that no writer waits for a reader that waits for it.
        var options = new PipeOptions(pauseWriterThreshold: 0, useSynchronizationContext: false);
        var (there, back) = (new Pipe(options), new Pipe(options));
        return (new(back.Reader, there.Writer), new(there.Reader, back.Writer));
    }

    public int Writes { get; private set; }

    /// <summary>Octets.</summary>
    public int LargestWrite { get; private set; }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancel = default) =>
        reader.ReadAsync(buffer, cancel);

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancel = default)
    {
        Writes++;
        LargestWrite = Math.Max(LargestWrite, buffer.Length);
        if ((await output.WriteAsync(buffer, cancel)).IsCompleted)
            throw new IOException("The other end has closed.");
    }

    protected override void Dispose(bool disposing)
    {
        output.Complete();
        input.Complete();
        base.Dispose(disposing);
    }
}
