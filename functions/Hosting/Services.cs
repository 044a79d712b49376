using Cloud.Api.Gateway;
using Cloud.Api.Gateway.Wire;
using Cloud.Flow.Inbound;

namespace Cloud.Functions.Hosting;

/// <summary>What the functions call: the rooms of core on this app's storage.</summary>
/// <remarks>
/// Nothing here may hold what another instance would need: HTTP functions share instances, each queue and timer
/// function runs on its own, and each may be killed at any moment.
/// </remarks>
/// <param name="GatewayCallers">Who may ask the gateway.</param>
sealed record Services(Backend Backend, GatewayService Gateway, IAuthorization GatewayCallers, ILogger Logger)
{
    /// <summary>Raises the alarm where accepted mail could not be filed.</summary>
    public void Tell(InboundResult result)
    {
        if (result.Outcome == InboundOutcome.SetAside)
            Log.SetAside(Logger, result.Fault, result.Trace);
        else if (result.Outcome == InboundOutcome.DoneAfterAll)
            Log.FiledAfterAll(Logger, result.Trace);
    }

    /// <summary>A fault of ours that is answered already: one line with its trace.</summary>
    public void LogFault(Exception fault, string function, HttpContext http) =>
        Log.Failed(Logger, fault, function, TraceId.Of(http));
}
