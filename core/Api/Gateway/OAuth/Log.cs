using Microsoft.Extensions.Logging;

namespace Cloud.Api.Gateway.OAuth;

/// <summary>What checking tokens logs. Ids 7100 to 7199. What becomes of a login, its front logs.</summary>
static partial class Log
{
    [LoggerMessage(
        7100,
        LogLevel.Error,
        "tokens: their issuer cannot tell, logins with them fail at once for {Seconds} s: {Reason}"
    )]
    public static partial void IssuerFails(ILogger logger, double seconds, string reason);

    [LoggerMessage(7101, LogLevel.Information, "tokens: their issuer answers again")]
    public static partial void IssuerAnswers(ILogger logger);
}
