using Cloud.Flow.Outbound;
using Microsoft.Extensions.Logging;

namespace Cloud.Listener.Hosting;

/// <summary>What is logged of the outbound queue. Ids 5200 to 5299. No addresses: the message's trace has them.</summary>
public static partial class OutboundLog
{
    public static void Tell(ILogger logger, OutboundResult result)
    {
        if (result.IsBlobMissing)
            BlobMissing(logger, result.Trace);
        else if (result.Fault is { } fault)
            Fault(logger, fault, result.Trace);
        if (result.Outcome == OutboundOutcome.SetAside)
            SetAside(logger, result.Reason, result.Trace);
        if (result.PossibleRepeats > 0)
            MayRepeat(logger, result.PossibleRepeats, result.NextHop, result.Trace);
        if (result.NextHop is not null)
            Attempted(
                logger,
                result.NextHop,
                result.Host,
                result.Sent,
                result.Deferred,
                result.Failed,
                result.Reason,
                result.Trace
            );
    }

    [LoggerMessage(
        5200,
        LogLevel.Critical,
        "A task of the outbound queue comes to no end; it lies among the dead letters: {Reason} (trace {Trace})"
    )]
    static partial void SetAside(ILogger logger, string? reason, string trace);

    [LoggerMessage(
        5201,
        LogLevel.Warning,
        "{Recipients} recipients at {NextHop} may get a message twice: an attempt came to no end (trace {Trace})"
    )]
    static partial void MayRepeat(ILogger logger, int recipients, string? nextHop, string trace);

    [LoggerMessage(5202, LogLevel.Error, "A fault of ours while a message was sent; it is tried again (trace {Trace})")]
    static partial void Fault(ILogger logger, Exception fault, string trace);

    [LoggerMessage(
        5203,
        LogLevel.Critical,
        "A message waits to be sent and its bytes are gone; it is tried until they are restored (trace {Trace})"
    )]
    static partial void BlobMissing(ILogger logger, string trace);

    [LoggerMessage(
        5204,
        LogLevel.Information,
        "To {NextHop} by {Host}: {Sent} sent, {Deferred} deferred, {Failed} failed; {Reason} (trace {Trace})"
    )]
    static partial void Attempted(
        ILogger logger,
        string nextHop,
        string? host,
        int sent,
        int deferred,
        int failed,
        string? reason,
        string trace
    );
}
