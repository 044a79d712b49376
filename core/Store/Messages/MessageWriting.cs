using System.Buffers;
using System.Security.Cryptography;
using Cloud.Mail;
using Cloud.Store.Ports;

namespace Cloud.Store.Messages;

/// <summary>A message's bytes in their blob.</summary>
/// <param name="Size">Octets.</param>
/// <param name="Index">A packed <see cref="MessageIndex"/>.</param>
readonly record struct WrittenMessage(string Blob, long Size, byte[] Sha256, byte[] Index);

/// <summary>Writes messages that we make or copy ourselves.</summary>
static class MessageWriting
{
    const int Chunk = 64 * 1024;

    /// <summary>Writes a message to a blob; where an earlier try has written it, that one is taken.</summary>
    /// <param name="content">From the first octet on; read to its end, not disposed.</param>
    /// <exception cref="StoreException">Not written.</exception>
    public static async ValueTask<WrittenMessage> WriteAsync(
        IBlobs blobs,
        string name,
        Stream content,
        CancellationToken cancel
    )
    {
        await using var writer = await blobs.CreateAsync(name, cancel);
        var written = await ScanAsync(name, content, bytes => writer.WriteAsync(bytes, cancel), cancel);
        if (await writer.CompleteAsync(cancel))
            return written;
        await using var there =
            await blobs.OpenAsync(name, 0, null, cancel) ?? throw new StoreException("A blob came and went");
        return await ScanAsync(name, there, _ => ValueTask.CompletedTask, cancel);
    }

    static async ValueTask<WrittenMessage> ScanAsync(
        string name,
        Stream content,
        Func<ReadOnlyMemory<byte>, ValueTask> write,
        CancellationToken cancel
    )
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var scanner = new MessageScanner();
        var size = 0L;
        var buffer = ArrayPool<byte>.Shared.Rent(Chunk);
        try
        {
            while (await content.ReadAsync(buffer, cancel) is > 0 and var count)
            {
                hash.AppendData(buffer.AsSpan(0, count));
                scanner.Write(buffer.AsSpan(0, count));
                size += count;
                await write(buffer.AsMemory(0, count));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        return new(name, size, hash.GetHashAndReset(), scanner.Complete().Pack());
    }
}
