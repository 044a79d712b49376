using Cloud.Api.Gateway;
using Cloud.Flow.Hooks;
using Cloud.Flow.Outbound;
using Cloud.Flow.Outbound.Reports;
using Cloud.Flow.Sweep;
using Cloud.Store.Ports;
using Microsoft.Extensions.Logging;

namespace Cloud.Listener.Hosting;

/// <summary>What the Functions app's queues and timers do, for a process that reads the store itself.</summary>
public static class StoreWork
{
    /// <summary>How long one run of a timer may take: it is over before the next begins, and then goes on.</summary>
    static readonly TimeSpan ScheduleLimit = TimeSpan.FromMinutes(8);
    static readonly TimeSpan ReportsLimit = TimeSpan.FromMinutes(50);

    /// <summary>After a start: until then what is on the queue has been seen, so that little is put there twice.</summary>
    static readonly TimeSpan Settled = TimeSpan.FromSeconds(10);

    /// <summary>Files what was queued or set aside, sends what is to be sent, tells events, reports and sweeps, until the stop.</summary>
    /// <remarks>If one of them fails for good, all end with its exception: the process is to be started anew.</remarks>
    public static async Task RunAsync(
        Backend backend,
        DailyReports reports,
        HookWorker hooks,
        ILoggerFactory loggers,
        TimeProvider time,
        CancellationToken stop
    )
    {
        using var any = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var inbound = loggers.CreateLogger(nameof(Backend.Inbound));
        var outbound = loggers.CreateLogger(nameof(Backend.Sending));
        var events = loggers.CreateLogger(nameof(Backend.Hooks));
        var timers = loggers.CreateLogger(nameof(TimedWork));
        Task[] works =
        [
            backend.Inbound.RunAsync(result => InboundLog.Tell(inbound, result), any.Token),
            Task.WhenAll(
                ResumeAsync(backend.Sending.Schedule, timers, time, any.Token),
                backend.Sending.Worker.RunAsync(result => OutboundLog.Tell(outbound, result), any.Token)
            ),
            hooks.RunAsync(result => HookLog.Tell(events, result), any.Token),
            SweepTimer.RunAsync(backend.Sweeper, loggers.CreateLogger(nameof(Sweeper)), time, any.Token),
            .. Timers(backend, reports, timers).Select(timer => timer.RunAsync(timers, time, any.Token)),
        ];
        await Task.WhenAny(works);
        await any.CancelAsync();
        await Task.WhenAll(works);
    }

    static async Task ResumeAsync(Schedule schedule, ILogger logger, TimeProvider time, CancellationToken stop)
    {
        var started = time.GetUtcNow();
        try
        {
            await Task.Delay(Settled, time, stop);
            ReportLog.Resumed(logger, await schedule.ResumeAsync(started, ScheduleLimit, stop));
        }
        catch (StoreException e)
        {
            ReportLog.Failed(logger, e, nameof(Schedule));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return;
        }
    }

    /// <summary>At the times that function.json has for the functions of these names.</summary>
    public static IReadOnlyList<TimedWork> Timers(Backend backend, DailyReports reports, ILogger logger) =>
        [
            new(
                nameof(Schedule),
                Schedule.Every,
                TimeSpan.Zero,
                async stop => ReportLog.Tell(logger, await backend.Sending.Schedule.RunAsync(ScheduleLimit, stop))
            ),
            new(
                "Reports",
                DailyReports.Every,
                DailyReports.Offset,
                async stop => ReportLog.Tell(logger, await reports.RunAsync(ReportsLimit, stop))
            ),
        ];
}
