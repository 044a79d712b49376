using System.Net;
using Microsoft.Extensions.Logging;

namespace Cloud.Listener.Imap;

/// <summary>What IMAP sessions log; never a password, never a message. Ids 4000 to 4099.</summary>
static partial class Log
{
    [LoggerMessage(4000, LogLevel.Information, "imap: {Login} logged in from {Address} ({Tls})")]
    public static partial void LoggedIn(ILogger logger, string login, IPAddress address, string tls);

    [LoggerMessage(4001, LogLevel.Warning, "imap: failed login from {Address}: {Status}")]
    public static partial void LoginFailed(ILogger logger, IPAddress address, string status);

    [LoggerMessage(4002, LogLevel.Error, "imap: {Command} failed ({Id})")]
    public static partial void CommandFailed(ILogger logger, Exception exception, string command, string id);

    [LoggerMessage(4003, LogLevel.Error, "imap: a response broke off, the connection was cut ({Id})")]
    public static partial void ResponseBroken(ILogger logger, Exception exception, string id);

    [LoggerMessage(4004, LogLevel.Warning, "imap: the selected mailbox could not be looked at ({Id})")]
    public static partial void SyncFailed(ILogger logger, Exception exception, string id);

    [LoggerMessage(4005, LogLevel.Information, "imap: {Address} hung up on: {Reason}")]
    public static partial void HungUp(ILogger logger, IPAddress address, string reason);

    [LoggerMessage(4006, LogLevel.Information, "imap: TLS handshake with {Address} failed: {Reason}")]
    public static partial void HandshakeFailed(ILogger logger, IPAddress address, string reason);
}
