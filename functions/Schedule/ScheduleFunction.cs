using Cloud.Flow.Outbound.Reports;
using Cloud.Functions.Hosting;

namespace Cloud.Functions.Schedule;

/// <summary>Timer: what is due by time and by no queue message. What it does not get done, the next run does.</summary>
static class ScheduleFunction
{
    public static readonly TimerFunction Function = new("Schedule", RunAsync);

    static async ValueTask<string?> RunAsync(Services services, CancellationToken cancel)
    {
        var result = await services.Backend.Sending.Schedule.RunAsync(Deadlines.Sweep, cancel);
        ReportLog.Tell(services.Logger, result);
        return $"{result}";
    }
}
