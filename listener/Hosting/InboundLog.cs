using Cloud.Flow.Inbound;
using Microsoft.Extensions.Logging;

namespace Cloud.Listener.Hosting;

/// <summary>What is logged of the inbound queue where no Functions app works on it. Ids 5000 to 5099.</summary>
static partial class InboundLog
{
    public static void Tell(ILogger logger, InboundResult result)
    {
        if (result.IsLost)
            Lost(logger, result.Trace);
        if (result.Outcome == InboundOutcome.SetAside)
            SetAside(logger, result.Fault, result.Why, result.Trace);
        else if (result.Outcome == InboundOutcome.NobodyLeft)
            NobodyLeft(logger, result.Trace);
        else if (result.Outcome == InboundOutcome.DoneAfterAll && !result.IsLost)
            FiledAfterAll(logger, result.Trace);
        else if (result.Fault is { } fault)
            Fault(logger, fault, result.Trace);
        else if (result.Reason is { } reason)
            Waits(logger, reason, result.Trace);
    }

    [LoggerMessage(
        5000,
        LogLevel.Critical,
        "A message was accepted and cannot be filed; it is kept on inbound-aside and tried again: {Reason} (trace {Trace})"
    )]
    static partial void SetAside(ILogger logger, Exception? fault, string reason, string trace);

    [LoggerMessage(5001, LogLevel.Information, "A message that had been set aside is filed (trace {Trace})")]
    static partial void FiledAfterAll(ILogger logger, string trace);

    [LoggerMessage(
        5002,
        LogLevel.Error,
        "A message on the inbound queue could not be tried; it will be (trace {Trace})"
    )]
    static partial void Fault(ILogger logger, Exception fault, string trace);

    [LoggerMessage(
        5003,
        LogLevel.Warning,
        "A message cannot be filed now and waits on the inbound queue: {Reason} (trace {Trace})"
    )]
    static partial void Waits(ILogger logger, string reason, string trace);

    [LoggerMessage(
        5004,
        LogLevel.Warning,
        "A message was accepted and goes to nobody: the accounts that it still was for are gone (trace {Trace})"
    )]
    static partial void NobodyLeft(ILogger logger, string trace);

    [LoggerMessage(
        5005,
        LogLevel.Critical,
        "A message is lost unless its bytes are restored: they are gone, and nobody has deleted them (trace {Trace})"
    )]
    static partial void Lost(ILogger logger, string trace);
}
