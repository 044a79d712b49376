using System.Net;
using Microsoft.Extensions.Logging;

namespace Cloud.Dns;

/// <summary>What look-ups log. Ids 1300 to 1399. A failed look-up is no event: it is a value, and its asker tells.</summary>
static partial class Log
{
    [LoggerMessage(1300, LogLevel.Warning, "Name server {Server} is asked last for a while: {Reason}")]
    public static partial void ServerFails(ILogger logger, IPEndPoint server, string reason);

    [LoggerMessage(1301, LogLevel.Information, "Name server {Server} answers again")]
    public static partial void ServerAnswers(ILogger logger, IPEndPoint server);

    [LoggerMessage(
        1302,
        LogLevel.Information,
        "Name server {Server} does not know EDNS: it is asked without for a while"
    )]
    public static partial void WithoutEdns(ILogger logger, IPEndPoint server);

    [LoggerMessage(
        1303,
        LogLevel.Warning,
        "{Count} datagrams from {Server} did not answer what was asked: somebody may be guessing. TCP is used instead"
    )]
    public static partial void Strays(ILogger logger, IPEndPoint server, int count);
}
