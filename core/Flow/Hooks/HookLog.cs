using Microsoft.Extensions.Logging;

namespace Cloud.Flow.Hooks;

/// <summary>What is logged of webhooks, wherever the queue is worked on. Ids 5400 to 5499.</summary>
/// <remarks>Which subscription and event, and why: never an endpoint's path, which is often a secret, and nothing of mail.</remarks>
public static partial class HookLog
{
    public static void Tell(ILogger logger, HookResult result)
    {
        var (hook, id, trace) = (result.Hook ?? "none", result.Event ?? "none", result.Trace ?? "none");
        if (result.Fault is { } fault)
            Fault(logger, fault, hook, trace);
        if (result.Outcome == HookOutcome.Delivered)
            Delivered(logger, id, hook, trace);
        else if (result.Outcome == HookOutcome.Waits && result.Reason is { } why)
            Waits(logger, id, hook, why, trace);
        else if (result.Outcome == HookOutcome.Dead)
            Dead(logger, id, hook, result.Reason ?? "no reason", trace);
        else if (result.Outcome == HookOutcome.Unreadable)
            Unreadable(logger);
    }

    [LoggerMessage(5400, LogLevel.Debug, "Event {Event} is delivered to webhook {Hook} (trace {Trace})")]
    static partial void Delivered(ILogger logger, string @event, string hook, string trace);

    [LoggerMessage(5401, LogLevel.Information, "Event {Event} waits for webhook {Hook}: {Reason} (trace {Trace})")]
    static partial void Waits(ILogger logger, string @event, string hook, string reason, string trace);

    [LoggerMessage(
        5402,
        LogLevel.Warning,
        "Event {Event} is given up for webhook {Hook}, and kept for 30 days: {Reason} (trace {Trace})"
    )]
    static partial void Dead(ILogger logger, string @event, string hook, string reason, string trace);

    [LoggerMessage(5403, LogLevel.Error, "A fault of ours with webhook {Hook}; it is tried again (trace {Trace})")]
    static partial void Fault(ILogger logger, Exception fault, string hook, string trace);

    [LoggerMessage(5404, LogLevel.Error, "A message on queue hooks cannot be read, and is dropped")]
    static partial void Unreadable(ILogger logger);

    [LoggerMessage(5405, LogLevel.Error, "Webhook {Hook} cannot be read, and hears of nothing; the others do")]
    internal static partial void UnreadableHook(ILogger logger, Exception fault, string hook);

    [LoggerMessage(
        5406,
        LogLevel.Error,
        "{Count} webhooks ask for event {Event}: the newest beyond 100 do not hear of it"
    )]
    internal static partial void Crowded(ILogger logger, string @event, int count);
}
