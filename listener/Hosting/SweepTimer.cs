using Cloud.Flow.Outbound;
using Cloud.Flow.Outbound.Reports;
using Cloud.Flow.Sweep;
using Cloud.Store.Ports;
using Microsoft.Extensions.Logging;

namespace Cloud.Listener.Hosting;

/// <summary>The sweep, every hour, where no Functions app's timer does it.</summary>
static partial class SweepTimer
{
    static readonly TimeSpan Every = TimeSpan.FromHours(1);

    /// <summary>How long one run may take: it is over before the next begins.</summary>
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(50);

    /// <summary>Runs until it is cancelled; a run that fails is made good by the next.</summary>
    public static async Task RunAsync(Sweeper sweeper, ILogger logger, TimeProvider time, CancellationToken stop)
    {
        try
        {
            await SweepAsync(sweeper, logger, time, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return;
        }
    }

    static async Task SweepAsync(Sweeper sweeper, ILogger logger, TimeProvider time, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Every, time);
        do await SweepAsync(sweeper, logger, stop);
        while (await timer.WaitForNextTickAsync(stop));
    }

    static async ValueTask SweepAsync(Sweeper sweeper, ILogger logger, CancellationToken stop)
    {
        try
        {
            var result = await sweeper.RunAsync(Limit, stop);
            if (result.Blobs + result.LogRows + result.ThreadRows > 0)
                Log.Swept(logger, result.Accounts, result.LogRows, result.ThreadRows, result.Blobs);
            if (result.Users > 0)
                Log.Gone(logger, result.Users);
            ReportLog.Tell(logger, new ScheduleResult(result.Requeued, Reports: 0));
            if (result.Hold != SweepHold.None)
                Log.Held(logger, result.Held, result.Hold);
        }
        catch (StoreException e)
        {
            Log.Failed(logger, e);
        }
    }

    /// <summary>What the sweep logs. Ids 5100 to 5199.</summary>
    static partial class Log
    {
        [LoggerMessage(
            5100,
            LogLevel.Information,
            "Swept {Accounts} accounts: {LogRows} log rows, {ThreadRows} thread rows and {Blobs} unnamed blobs are gone"
        )]
        public static partial void Swept(ILogger logger, int accounts, int logRows, int threadRows, int blobs);

        [LoggerMessage(5101, LogLevel.Warning, "{Blobs} unnamed blobs are left for now: {Reason}")]
        public static partial void Held(ILogger logger, int blobs, SweepHold reason);

        [LoggerMessage(5103, LogLevel.Information, "{Users} deleted users are gone for good with all their mail")]
        public static partial void Gone(ILogger logger, int users);

        [LoggerMessage(5102, LogLevel.Error, "The sweep was stopped by a fault of the store; the next run goes on")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
