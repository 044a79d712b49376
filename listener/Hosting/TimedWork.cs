using Cloud.Flow.Outbound.Reports;
using Microsoft.Extensions.Logging;

namespace Cloud.Listener.Hosting;

/// <summary>Work at the times at which the Functions app's timers do it, where there is no such app.</summary>
/// <param name="Name">For the log.</param>
/// <param name="Every">From one time to the next; a part of an hour.</param>
/// <param name="Offset">From the full hour to a time of it.</param>
/// <param name="WorkAsync">A run that fails is logged, and made good by the next.</param>
public sealed record TimedWork(
    string Name,
    TimeSpan Every,
    TimeSpan Offset,
    Func<CancellationToken, ValueTask> WorkAsync
)
{
    /// <summary>Runs until it is cancelled.</summary>
    public async Task RunAsync(ILogger logger, TimeProvider time, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                var now = time.GetUtcNow();
                await Task.Delay(Next(now) - now, time, stop);
                await RunOnceAsync(logger, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return;
        }
    }

    /// <summary>The first time after another.</summary>
    public DateTimeOffset Next(DateTimeOffset after)
    {
        var since = (after.UtcTicks - Offset.Ticks) % Every.Ticks;
        return after.AddTicks(Every.Ticks - since);
    }

    async ValueTask RunOnceAsync(ILogger logger, CancellationToken stop)
    {
        try
        {
            await WorkAsync(stop);
        }
        catch (Exception e) when (e is not OperationCanceledException || !stop.IsCancellationRequested)
        {
            // Whatever it is: mail goes on to come in and out while one of these has a fault.
            ReportLog.Failed(logger, e, Name);
        }
    }
}
