using Cloud.Flow.Outbound;
using Cloud.Flow.Sweep;

namespace Cloud.Functions.Hosting;

/// <summary>What the handler logs. Ids 8000 to 8099. The console writes "warn" before a warning: the host looks for it.</summary>
static partial class Log
{
    [LoggerMessage(8000, LogLevel.Information, "Listening on 127.0.0.1:{Port}")]
    public static partial void Listening(ILogger logger, int port);

    [LoggerMessage(8001, LogLevel.Warning, "{Function}: {Method} refused, not from the host (trace {Trace})")]
    public static partial void NotFromHost(ILogger logger, string function, string method, string trace);

    [LoggerMessage(8002, LogLevel.Warning, "{Function}: caller refused, {Reason} (trace {Trace})")]
    public static partial void CallerRefused(ILogger logger, string function, string reason, string trace);

    [LoggerMessage(8003, LogLevel.Error, "{Function}: the host's call cannot be read: {Reason} (trace {Trace})")]
    public static partial void Unreadable(ILogger logger, string function, string reason, string trace);

    [LoggerMessage(8004, LogLevel.Error, "{Function} failed (trace {Trace})")]
    public static partial void Failed(ILogger logger, Exception exception, string function, string trace);

    [LoggerMessage(8005, LogLevel.Error, "{Function} gave up at its deadline of {Deadline} (trace {Trace})")]
    public static partial void TimedOut(ILogger logger, string function, TimeSpan deadline, string trace);

    [LoggerMessage(
        8006,
        LogLevel.Critical,
        "A message was accepted and cannot be filed; it is kept on inbound-aside and tried again: {Reason} (trace {Trace})"
    )]
    public static partial void SetAside(ILogger logger, Exception? fault, string reason, string trace);

    [LoggerMessage(8007, LogLevel.Information, "A message that had been set aside is filed (trace {Trace})")]
    public static partial void FiledAfterAll(ILogger logger, string trace);

    [LoggerMessage(
        8008,
        LogLevel.Warning,
        "A message cannot be filed now and waits on the inbound queue: {Reason} (trace {Trace})"
    )]
    public static partial void Waits(ILogger logger, string reason, string trace);

    [LoggerMessage(
        8009,
        LogLevel.Warning,
        "A message was accepted and goes to nobody: the accounts that it still was for are gone (trace {Trace})"
    )]
    public static partial void NobodyLeft(ILogger logger, string trace);

    [LoggerMessage(
        8010,
        LogLevel.Critical,
        "A message is lost unless its bytes are restored: they are gone, and nobody has deleted them (trace {Trace})"
    )]
    public static partial void Lost(ILogger logger, string trace);

    [LoggerMessage(
        8011,
        LogLevel.Error,
        "The sweep leaves {Blobs} unnamed blobs, and will until somebody looks why: {Reason}"
    )]
    public static partial void SweepHeld(ILogger logger, int blobs, SweepHold reason);

    /// <summary>The ids of what somebody must hear of: infra/app/alarms.bicep asks the log for them.</summary>
    public static readonly IReadOnlyList<int> Alarms = [.. OutboundLog.Alarms, 8006, 8010, 8011];
}
