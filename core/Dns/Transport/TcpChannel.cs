using System.Net;
using System.Net.Sockets;
using Cloud.Dns.Messages;
using Cloud.Store.Ports;

namespace Cloud.Dns.Transport;

/// <summary>Questions to one server over TCP, all on one connection while it lasts. RFC 7766 §6.2.2.</summary>
sealed class TcpChannel(IPEndPoint server, TimeProvider time, Entropy entropy) : IDisposable
{
    readonly SemaphoreSlim connecting = new(1, 1);
    TcpConnection? current;

    /// <summary>A kept connection that the server has ended meanwhile is replaced once: RFC 7766 §6.2.4.</summary>
    /// <exception cref="SocketException">The server cannot be reached.</exception>
    /// <exception cref="OperationCanceledException">No answer before <paramref name="cancel"/>.</exception>
    public async Task<Reply> AskAsync(Question question, bool withEdns, CancellationToken cancel)
    {
        while (true)
        {
            var (connection, isNew) = await ConnectedAsync(cancel);
            if (await connection.AskAsync(question, withEdns, cancel) is { } reply)
                return reply;
            if (isNew)
                return Reply.Failed($"TCP: {connection.End}");
        }
    }

    public void Dispose()
    {
        current?.Dispose();
        connecting.Dispose();
    }

    async Task<(TcpConnection Connection, bool IsNew)> ConnectedAsync(CancellationToken cancel)
    {
        await connecting.WaitAsync(cancel);
        try
        {
            if (current is { IsClosed: false } kept)
                return (kept, false);
            current = await TcpConnection.ConnectAsync(server, time, entropy, cancel);
            return (current, true);
        }
        finally
        {
            connecting.Release();
        }
    }
}
