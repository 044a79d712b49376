using System.Buffers;
using System.Net;

namespace Cloud.Cli.FunctionsHost;

/// <summary>Copies a body piece by piece: each is passed on before the next is waited for.</summary>
static class Streaming
{
    const int Piece = 64 * 1024;

    public static async Task CopyAsync(Stream from, Stream to, Action touch, CancellationToken cancel)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Piece);
        try
        {
            while (await from.ReadAsync(buffer, cancel) is > 0 and var count)
            {
                touch();
                await to.WriteAsync(buffer.AsMemory(0, count), cancel);
                await to.FlushAsync(cancel);
                touch();
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}

/// <summary>A request's body, passed on as it arrives.</summary>
sealed class StreamedContent(Stream body, Action touch) : HttpContent
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(
        Stream stream,
        TransportContext? context,
        CancellationToken cancel
    )
    {
        await stream.FlushAsync(cancel); // The head need not wait for the first piece.
        await Streaming.CopyAsync(body, stream, touch, cancel);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false; // Unless the headers say it, it goes out chunked.
    }
}
