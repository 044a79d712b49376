using System.Net;
using Microsoft.Extensions.Logging;

namespace Cloud.Listener.Pop3;

/// <summary>What POP3 logs. Ids 3000 to 3099.</summary>
static partial class Log
{
    [LoggerMessage(3000, LogLevel.Information, "POP3: {Login} logged in from {Address}, {Messages} messages")]
    public static partial void LoggedIn(ILogger logger, string login, IPAddress address, int messages);

    [LoggerMessage(3001, LogLevel.Information, "POP3: login as {Login} from {Address} refused: {Status}")]
    public static partial void LoginRefused(ILogger logger, string login, IPAddress address, string status);

    [LoggerMessage(3002, LogLevel.Information, "POP3: {Address} removed {Messages} messages")]
    public static partial void Removed(ILogger logger, IPAddress address, int messages);

    [LoggerMessage(3003, LogLevel.Error, "POP3: {Verb} failed in the store (connection {Connection})")]
    public static partial void StoreFailed(ILogger logger, Exception exception, string verb, string connection);

    [LoggerMessage(3004, LogLevel.Information, "POP3: TLS handshake with {Address} failed: {Reason}")]
    public static partial void HandshakeFailed(ILogger logger, IPAddress address, string reason);

    [LoggerMessage(3005, LogLevel.Information, "POP3: {Address} made too many errors")]
    public static partial void TooManyErrors(ILogger logger, IPAddress address);
}
