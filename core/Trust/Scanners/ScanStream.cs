using System.Buffers;
using System.Net.Sockets;

namespace Cloud.Trust.Scanners;

/// <summary>A connection to a scanner, which may answer and hang up before it has heard everything.</summary>
sealed class ScanStream(Stream connection) : IAsyncDisposable
{
    const int Chunk = 64 * 1024;

    /// <summary>The scanner takes no more: what it has to say is waiting, or nothing is.</summary>
    public bool IsDeaf { get; private set; }

    public async Task SendAsync(ReadOnlyMemory<byte> octets, CancellationToken cancel)
    {
        if (IsDeaf)
            return;
        try
        {
            await connection.WriteAsync(octets, cancel);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            IsDeaf = true;
        }
    }

    /// <summary>Sends the message.</summary>
    /// <param name="message">To send.</param>
    /// <param name="prefix">Octets before each piece.</param>
    /// <param name="fill">Writes them, given the piece's length.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="IOException">The message is not as long as it was said to be.</exception>
    public async Task SendAsync(
        ScanMessage message,
        int prefix,
        Action<Memory<byte>, int> fill,
        CancellationToken cancel
    )
    {
        await using var octets = await message.OpenAsync(cancel);
        var buffer = ArrayPool<byte>.Shared.Rent(prefix + Chunk);
        try
        {
            for (var left = message.Length; left > 0 && !IsDeaf; )
            {
                var piece = buffer.AsMemory(prefix, (int)Math.Min(Chunk, left));
                var count = await octets.ReadAsync(piece, cancel);
                if (count == 0)
                    throw new IOException("The message is shorter than it was said to be.");
                fill(buffer.AsMemory(0, prefix), count);
                await SendAsync(buffer.AsMemory(0, prefix + count), cancel);
                left -= count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Reads an answer until it is whole, the scanner hangs up, or it is too long.</summary>
    /// <param name="max">Octets.</param>
    /// <param name="isWhole">Whether all of it is there.</param>
    /// <param name="cancel">Ends it.</param>
    /// <returns>What came; perhaps not whole.</returns>
    public async Task<byte[]> AnswerAsync(int max, Func<ReadOnlyMemory<byte>, bool> isWhole, CancellationToken cancel)
    {
        var answer = new byte[max];
        var length = 0;
        while (length < max && !isWhole(answer.AsMemory(0, length)))
        {
            var count = await connection.ReadAsync(answer.AsMemory(length), cancel);
            if (count == 0)
                break;
            length += count;
        }

        return answer[..length];
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
