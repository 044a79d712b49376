namespace Cloud.Cli.FunctionsHost;

/// <summary>Invokes a timer function at its times; one at a time, so a run that takes too long skips some.</summary>
sealed class TimerTrigger(TimerDefinition function, FunctionsHostOptions options, Invoker invoker, ILogger logger)
{
    /// <summary>A longer wait is made of several: timers of the runtime do not go beyond 49 days.</summary>
    static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    string? Folder => function.UseMonitor ? options.TimerStatus : null;

    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            var status = TimerStatus.Read(Folder, function.Name);
            var isPastDue = status is not null && function.Schedule.Next(status.Last) < options.Time.GetUtcNow();
            if (isPastDue || function.RunOnStartup)
                status = await InvokeAsync(status, isPastDue, stop);
            while (function.Schedule.Next(options.Time.GetUtcNow()) is { } next)
            {
                await WaitAsync(next, stop);
                status = await InvokeAsync(status, isPastDue: false, stop);
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
    }

    async Task WaitAsync(DateTimeOffset until, CancellationToken stop)
    {
        while (until - options.Time.GetUtcNow() is { Ticks: > 0 } left)
            await Task.Delay(left < LongestWait ? left : LongestWait, options.Time, stop);
    }

    async Task<TimerStatus?> InvokeAsync(TimerStatus? status, bool isPastDue, CancellationToken stop)
    {
        for (var tries = 0; tries <= function.MaxRetries; tries++)
        {
            if (tries > 0)
                await Task.Delay(function.RetryDelay, options.Time, stop);
            var body = Envelope.OfTimer(function, status, isPastDue, options.Time.GetUtcNow());
            if (await invoker.InvokeAsync(function.Name, body, stop))
                break;
        }
        return Remember();
    }

    /// <summary>A failed run counts as one, too: the next is at its time.</summary>
    TimerStatus? Remember()
    {
        var now = options.Time.GetUtcNow();
        var status = new TimerStatus(now, function.Schedule.Next(now) ?? now, now);
        try
        {
            status.Write(Folder, function.Name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.StatusFailed(logger, function.Name, e.Message);
        }
        return status;
    }
}
