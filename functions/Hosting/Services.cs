using Cloud.Api.Gateway;
using Cloud.Api.Gateway.Wire;
using Cloud.Api.Rest;
using Cloud.Flow.Hooks;
using Cloud.Flow.Inbound;
using Cloud.Flow.Outbound;
using Cloud.Flow.Outbound.Reports;
using Cloud.Flow.Sweep;

namespace Cloud.Functions.Hosting;

/// <summary>What the functions call: the rooms of core on this app's storage.</summary>
/// <remarks>
/// Nothing here may hold what another instance would need: HTTP functions share instances, each queue and timer
/// function runs on its own, and each may be killed at any moment.
/// </remarks>
/// <param name="Api">Opened when it is first asked.</param>
/// <param name="GatewayCallers">Who may ask the gateway.</param>
/// <param name="Reports">Opened when they are first sent.</param>
/// <param name="Hooks">Opened when the first event is told.</param>
sealed record Services(
    Backend Backend,
    GatewayService Gateway,
    Lazy<RestApi> Api,
    IAuthorization GatewayCallers,
    Lazy<DailyReports> Reports,
    Lazy<HookWorker> Hooks,
    ILogger Logger
)
{
    /// <summary>Raises the alarm where accepted mail could not be filed, and says once why it waits.</summary>
    public void Tell(InboundResult result)
    {
        if (result.IsLost)
            Log.Lost(Logger, result.Trace);
        if (result.Outcome == InboundOutcome.SetAside)
            Log.SetAside(Logger, result.Fault, result.Why, result.Trace);
        else if (result.Outcome == InboundOutcome.NobodyLeft)
            Log.NobodyLeft(Logger, result.Trace);
        else if (result.Outcome == InboundOutcome.DoneAfterAll && !result.IsLost)
            Log.FiledAfterAll(Logger, result.Trace);
        else if (result.Reason is { } reason)
            Log.Waits(Logger, reason, result.Trace);
    }

    /// <summary>Says what became of what was to be sent; raises the alarm where it came to no end.</summary>
    public void Tell(OutboundResult result) => OutboundLog.Tell(Logger, result);

    /// <summary>Says what became of an event that was to be told.</summary>
    public void Tell(HookResult result) => HookLog.Tell(Logger, result);

    /// <summary>Raises the alarm where the sweep stands until somebody looks; what waits on a queue goes by itself.</summary>
    public void Tell(SweepResult result)
    {
        if (result.Hold is not (SweepHold.None or SweepHold.InboundWaits))
            Log.SweepHeld(Logger, result.Held, result.Hold);
    }

    /// <summary>A fault of ours that is answered already: one line with its trace.</summary>
    public void LogFault(Exception fault, string function, HttpContext http) =>
        Log.Failed(Logger, fault, function, TraceId.Of(http));
}
