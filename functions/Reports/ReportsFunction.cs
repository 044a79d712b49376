using Cloud.Flow.Outbound.Reports;
using Cloud.Functions.Hosting;

namespace Cloud.Functions.Reports;

/// <summary>Timer: the reports of a day that is over, once. What it does not get done, the next run does.</summary>
static class ReportsFunction
{
    public static readonly TimerFunction Function = new("Reports", RunAsync) { Deadline = Deadlines.Reports };

    static async ValueTask<string?> RunAsync(Services services, CancellationToken cancel)
    {
        var result = await services.Reports.Value.RunAsync(Deadlines.ReportsRun, cancel);
        ReportLog.Tell(services.Logger, result);
        return $"{result}";
    }
}
