using Microsoft.Extensions.Logging;

namespace Cloud.Listener.Tls.Acme;

/// <summary>What ordering certificates logs. Ids 1150 to 1199.</summary>
static partial class AcmeLog
{
    [LoggerMessage(1150, LogLevel.Information, "Ordering a certificate for {Names} from {Authority} by {Challenge}")]
    public static partial void Ordering(ILogger logger, string names, string authority, string challenge);

    [LoggerMessage(1151, LogLevel.Warning, "Renewal failed: {Reason}. The kept certificate is used")]
    public static partial void RenewalFailed(ILogger logger, string reason);

    [LoggerMessage(1152, LogLevel.Information, "The authority wants renewal from {Start:u} to {End:u}: due {Due:u}")]
    public static partial void WindowTold(ILogger logger, DateTimeOffset start, DateTimeOffset end, DateTimeOffset due);

    [LoggerMessage(1153, LogLevel.Debug, "The authority does not say when to renew: {Reason}")]
    public static partial void NoWindow(ILogger logger, string reason);

    [LoggerMessage(1154, LogLevel.Error, "The new certificate is used but could not be kept: {Reason}")]
    public static partial void NotKept(ILogger logger, string reason);

    [LoggerMessage(1155, LogLevel.Warning, "A proof could not be taken away and stays where it is: {Reason}")]
    public static partial void ProofStays(ILogger logger, string reason);

    [LoggerMessage(
        1156,
        LogLevel.Warning,
        "Ordering again, for {Names} alone, since with the others it failed: {Reason}"
    )]
    public static partial void FewerNames(ILogger logger, string names, string reason);
}
