using Microsoft.Extensions.Logging;

namespace Cloud.Flow.Outbound;

/// <summary>What is logged of sending, wherever the queue is worked on. Ids 5200 to 5299.</summary>
/// <remarks>
/// Who has it and with which status: nothing of a message's content and of its recipients, and so not the words of a server,
/// which often repeat them. Those are with the message (`cloud queue show`).
/// </remarks>
public static partial class OutboundLog
{
    /// <summary>The ids of what somebody must hear of.</summary>
    public static readonly IReadOnlyList<int> Alarms = [5200, 5201];

    public static void Tell(ILogger logger, OutboundResult result)
    {
        var (to, host, status) = (result.NextHop ?? "nowhere", result.Host ?? "none", result.Status ?? "no status");
        if (result.Outcome == OutboundOutcome.SetAside)
            SetAside(logger, result.Fault, result.Reason ?? "no reason", result.Trace);
        else if (result.IsBlobMissing)
            BlobMissing(logger, result.Trace);
        else if (result.Fault is { } fault)
            Fault(logger, fault, result.Trace);
        if (result.PossibleRepeats > 0)
            MayRepeat(logger, result.PossibleRepeats, to, result.Trace);
        if (result.Sent > 0)
            Sent(logger, result.Sent, to, host, result.Trace);
        if (result.Failed > 0)
            Failed(logger, result.Failed, to, host, status, result.Trace);
        if (result.Deferred > 0)
            Deferred(logger, result.Deferred, to, host, status, result.Trace);
    }

    [LoggerMessage(
        5200,
        LogLevel.Critical,
        "A message accepted for sending came to no end; its task is kept among the dead letters: {Reason} (trace {Trace})"
    )]
    static partial void SetAside(ILogger logger, Exception? fault, string reason, string trace);

    [LoggerMessage(
        5201,
        LogLevel.Critical,
        "The bytes of a message that is to be sent are gone; unless they are restored it cannot be (trace {Trace})"
    )]
    static partial void BlobMissing(ILogger logger, string trace);

    [LoggerMessage(
        5202,
        LogLevel.Error,
        "A message on the outbound queue met a fault of ours; it is tried again (trace {Trace})"
    )]
    static partial void Fault(ILogger logger, Exception fault, string trace);

    [LoggerMessage(
        5203,
        LogLevel.Warning,
        "{Recipients} recipients at {NextHop} may get a message twice: its last attempt came to no end (trace {Trace})"
    )]
    static partial void MayRepeat(ILogger logger, int recipients, string nextHop, string trace);

    [LoggerMessage(
        5204,
        LogLevel.Information,
        "Sent for {Recipients} recipients at {NextHop}, server {Host} (trace {Trace})"
    )]
    static partial void Sent(ILogger logger, int recipients, string nextHop, string host, string trace);

    [LoggerMessage(
        5205,
        LogLevel.Information,
        "Put off for {Recipients} recipients at {NextHop}, server {Host}: {Status} (trace {Trace})"
    )]
    static partial void Deferred(
        ILogger logger,
        int recipients,
        string nextHop,
        string host,
        string status,
        string trace
    );

    [LoggerMessage(
        5206,
        LogLevel.Information,
        "Failed for {Recipients} recipients at {NextHop}, server {Host}: {Status} (trace {Trace})"
    )]
    static partial void Failed(
        ILogger logger,
        int recipients,
        string nextHop,
        string host,
        string status,
        string trace
    );
}
