using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Cloud.Dns.Messages;
using Cloud.Store.Ports;
using Microsoft.Extensions.Logging;

namespace Cloud.Dns.Transport;

/// <summary>One question over UDP, from a port of its own.</summary>
/// <remarks>
/// The socket is connected, so that only the server's address and port are heard. Its own port is chosen by the system,
/// anew and unpredictably for each question, and the id by <see cref="Entropy"/>: RFC 5452 §9.2. The letters' case is not
/// varied as well (0x20): the way to a resolver is short, and some forwarders fold names.
/// </remarks>
sealed class UdpExchange(IPEndPoint server, Entropy entropy, ILogger logger)
{
    /// <summary>Octets received: more than is asked for, since some servers do not care; a longer answer goes by TCP.</summary>
    const int MaxAnswer = 4096;

    /// <summary>Datagrams that answer something else, before TCP, which cannot be guessed, is used. RFC 5452 §9.3.</summary>
    public const int MaxStrays = 16;

    /// <exception cref="SocketException">The server cannot be reached.</exception>
    /// <exception cref="OperationCanceledException">No answer before <paramref name="cancel"/>.</exception>
    public async Task<Reply> AskAsync(Question question, bool withEdns, CancellationToken cancel)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        var buffer = ArrayPool<byte>.Shared.Rent(MaxAnswer);
        try
        {
            await socket.ConnectAsync(server, cancel);
            var id = (ushort)entropy.Next64();
            var length = QueryWriter.Write(buffer, id, question, withEdns);
            await socket.SendAsync(buffer.AsMemory(0, length), SocketFlags.None, cancel);
            for (var strays = 0; strays < MaxStrays; strays++)
            {
                length = await socket.ReceiveAsync(buffer.AsMemory(0, MaxAnswer), SocketFlags.None, cancel);
                if (!Matching.IsAnswerTo(buffer.AsSpan(0, length), id, question, out var header))
                    continue;
                return header.IsTruncated || length == MaxAnswer
                    ? Reply.Truncated
                    : Reply.Read(buffer.AsSpan(0, length));
            }

            Log.Strays(logger, server, MaxStrays);
            return Reply.Truncated;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
