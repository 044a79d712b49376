using System.Buffers;
using Cloud.Listener.Hosting;
using Cloud.Store.Ports;

namespace Cloud.Listener.Pop3;

/// <summary>A message on its way to the client, whole (RETR) or its top (TOP).</summary>
/// <param name="size">Octets that the stream must bring: fewer, and the connection is cut rather than less told.</param>
/// <param name="lines">Lines of the body after the header; null for the whole message.</param>
sealed class MessageBody(Stream bytes, long size, int? lines) : IPop3Body
{
    public async ValueTask<bool> WriteAsync(Connection connection, CancellationToken cancel)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Pop3Limits.Chunk);
        try
        {
            return await WriteAsync(connection, buffer, cancel);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            await bytes.DisposeAsync();
        }
    }

    async ValueTask<bool> WriteAsync(Connection connection, Memory<byte> buffer, CancellationToken cancel)
    {
        var stuffing = new DotStuffing();
        var cut = new TopCut(lines ?? 0);
        var left = size;
        while (left > 0 && !(lines is not null && cut.IsDone))
        {
            var read = await bytes.ReadAsync(buffer, cancel);
            if (read == 0)
                throw new StoreException($"A message of {size} octets ended {left} before its end");
            left -= read;
            var wanted = lines is null ? read : cut.Take(buffer.Span[..read]);
            stuffing.Write(connection.Output, buffer.Span[..wanted]);
            if (!await connection.FlushAsync())
                return false;
        }

        // The dot needs a line of its own: a message without a last CRLF gets one for the protocol's sake.
        connection.Output.Write(stuffing.AtLineStart ? ".\r\n"u8 : "\r\n.\r\n"u8);
        return true;
    }
}
