using Cloud.Functions.Api;
using Cloud.Functions.Gateway;
using Cloud.Functions.Hooks;
using Cloud.Functions.HooksPoison;
using Cloud.Functions.Hosting;
using Cloud.Functions.Inbound;
using Cloud.Functions.InboundAside;
using Cloud.Functions.InboundPoison;
using Cloud.Functions.Outbound;
using Cloud.Functions.OutboundPoison;
using Cloud.Functions.Reports;
using Cloud.Functions.Schedule;
using Cloud.Functions.Sweep;

namespace Cloud.Functions;

/// <summary>The functions of the app: a further one is a folder with its function.json and class, and a line here.</summary>
static class FunctionTable
{
    public static readonly IReadOnlyList<Function> All =
    [
        ApiFunction.Function,
        GatewayFunction.Function,
        HooksFunction.Function,
        HooksPoisonFunction.Function,
        InboundFunction.Function,
        InboundPoisonFunction.Function,
        InboundAsideFunction.Function,
        OutboundFunction.Function,
        OutboundPoisonFunction.Function,
        ReportsFunction.Function,
        ScheduleFunction.Function,
        SweepFunction.Function,
    ];
}
