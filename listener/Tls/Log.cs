using Microsoft.Extensions.Logging;

namespace Cloud.Listener.Tls;

/// <summary>What certificates log. Ids 1100 to 1149.</summary>
static partial class Log
{
    [LoggerMessage(1100, LogLevel.Information, "Certificate for {Names} in use until {NotAfter:u}")]
    public static partial void Changed(ILogger logger, string names, DateTimeOffset notAfter);

    [LoggerMessage(
        1101,
        LogLevel.Warning,
        "No new certificate: {Reason}. Next try in {Wait}; the one in use ends {NotAfter:u}"
    )]
    public static partial void NotRenewed(ILogger logger, string reason, TimeSpan wait, DateTimeOffset notAfter);

    [LoggerMessage(1102, LogLevel.Error, "The source of certificates failed")]
    public static partial void SourceFailed(ILogger logger, Exception exception);

    [LoggerMessage(1103, LogLevel.Debug, "Certificates are not looked for any more")]
    public static partial void WatchEnded(ILogger logger);
}
