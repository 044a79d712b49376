using System.Buffers;
using Cloud.Mail;
using Cloud.Store.Ports;

namespace Cloud.Store.Messages;

/// <summary>Makes a message's index anew from its bytes.</summary>
static class Indexing
{
    const int Chunk = 64 * 1024;

    /// <returns>Null when there is no such blob.</returns>
    public static async ValueTask<byte[]?> OfBlobAsync(IBlobs blobs, string name, CancellationToken cancel)
    {
        await using var stream = await blobs.OpenAsync(name, 0, null, cancel);
        if (stream is null)
            return null;
        var scanner = new MessageScanner();
        var buffer = ArrayPool<byte>.Shared.Rent(Chunk);
        try
        {
            while (await stream.ReadAsync(buffer, cancel) is > 0 and var count)
                scanner.Write(buffer.AsSpan(0, count));
            return scanner.Complete().Pack();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
