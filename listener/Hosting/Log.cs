using System.Net;
using Microsoft.Extensions.Logging;

namespace Cloud.Listener.Hosting;

/// <summary>What the ports log. Ids 1000 to 1099.</summary>
static partial class Log
{
    [LoggerMessage(1000, LogLevel.Warning, "{Port}: too many connections, {Address} turned away")]
    public static partial void TooManyConnections(ILogger logger, string port, IPAddress address);

    [LoggerMessage(1001, LogLevel.Information, "{Port}: TLS handshake with {Address} failed: {Reason}")]
    public static partial void HandshakeFailed(ILogger logger, string port, IPAddress address, string reason);

    [LoggerMessage(1002, LogLevel.Debug, "{Port}: {Address} is gone: {Reason}")]
    public static partial void PeerGone(ILogger logger, string port, IPAddress address, string reason);

    [LoggerMessage(1003, LogLevel.Error, "{Port}: session with {Address} failed (connection {Connection})")]
    public static partial void SessionFailed(
        ILogger logger,
        Exception exception,
        string port,
        IPAddress address,
        string connection
    );
}
