using Cloud.Store.Ports;

namespace Cloud.Flow.Outbound;

/// <summary>Queue <c>outbound</c>: its messages' delay is the timer of everything.</summary>
sealed class OutboundQueue(IQueues queues, TimeProvider time)
{
    public const string Name = OutboundWorker.Queue;

    /// <summary>Messages sent at a time.</summary>
    const int Parallel = 8;

    /// <summary>Tells a worker in this process that there is something to do now.</summary>
    public Nudge Nudge { get; } = new();

    /// <summary>Sends a task so that it is seen when it is due, never before; or on the way there, when that is too far.</summary>
    /// <exception cref="StoreException">It may not have been sent.</exception>
    public async ValueTask SendAsync(OutboundTask task, CancellationToken cancel)
    {
        var delay = Delay(task.DueAt - time.GetUtcNow());
        await queues.SendAsync(Name, task.Pack(), delay, cancel);
        if (delay == TimeSpan.Zero)
            Nudge.Set();
    }

    /// <returns>Tasks that may not have been sent.</returns>
    public async ValueTask<int> TrySendAsync(IEnumerable<OutboundTask> tasks)
    {
        var failed = 0;
        foreach (var some in tasks.Chunk(Parallel))
            await Task.WhenAll(some.Select(TrySendAsync));
        return failed;

        async Task TrySendAsync(OutboundTask task)
        {
            for (var tries = 2; tries > 0; tries--)
            {
                try
                {
                    await SendAsync(task, CancellationToken.None);
                    return;
                }
                catch (StoreException) when (tries > 1)
                {
                    continue; // once more at once: most faults are over by then
                }
                catch (StoreException)
                {
                    Interlocked.Increment(ref failed);
                }
            }
        }
    }

    /// <summary>Whole seconds, rounded up.</summary>
    static TimeSpan Delay(TimeSpan until)
    {
        if (until <= TimeSpan.Zero)
            return TimeSpan.Zero;
        return until >= QueueLimits.Delay ? QueueLimits.Delay : TimeSpan.FromSeconds(Math.Ceiling(until.TotalSeconds));
    }
}
