using Cloud.Store.Ports;

namespace Cloud.Cli.FunctionsHost;

/// <summary>Polls the queue of one function and has its messages invoked, by the host's rules.</summary>
#pragma warning disable CA1001 // A semaphore whose wait handle nobody asks for holds nothing to dispose of.
sealed class QueueTrigger(
#pragma warning restore CA1001
    QueueDefinition function,
    FunctionsHostOptions options,
    QueueSettings settings,
    Invoker invoker,
    ILogger logger
)
{
    /// <summary>How long a message is hidden while at work; it is renewed. After the host's own crash it shows again so late.</summary>
    static readonly TimeSpan Lease = TimeSpan.FromMinutes(10);

    const string Suffix = "-poison";

    static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(100);

    readonly IQueues queues = options.Queues(function.Connection);
    readonly IQueues poison = (options.PoisonQueues ?? options.Queues)(function.Connection);
    readonly SemaphoreSlim finished = new(0);
    int atWork;

    /// <summary>Null for a poison queue, which has none of its own.</summary>
    string? Poison => function.Queue.EndsWith(Suffix, StringComparison.Ordinal) ? null : $"{function.Queue}{Suffix}";

    /// <param name="stop">No new messages; those at work are waited for.</param>
    /// <param name="abort">Those at work are given up: their messages show again by themselves.</param>
    public async Task RunAsync(CancellationToken stop, CancellationToken abort)
    {
        var pause = ShortestPause;
        while (!stop.IsCancellationRequested)
        {
            if (atWork > settings.NewBatchThreshold)
            {
                await finished.WaitAsync(stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                continue;
            }
            var messages = await ReceiveAsync(stop);
            foreach (var message in messages)
            {
                Interlocked.Increment(ref atWork);
                _ = WorkAsync(message, abort);
            }
            pause = messages.Count > 0 ? ShortestPause : Longer(pause);
            if (messages.Count == 0)
                await Task.Delay(pause, options.Time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        while (atWork > 0 && !abort.IsCancellationRequested)
            await finished.WaitAsync(abort).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    TimeSpan Longer(TimeSpan pause) =>
        TimeSpan.FromTicks(
            Math.Clamp(
                pause.Ticks * 2,
                ShortestPause.Ticks,
                Math.Max(ShortestPause.Ticks, settings.MaxPollingInterval.Ticks)
            )
        );

    async Task<IReadOnlyList<QueueMessage>> ReceiveAsync(CancellationToken stop)
    {
        try
        {
            return await queues.ReceiveAsync(function.Queue, settings.BatchSize, Lease, stop);
        }
        catch (StoreException e)
        {
            Log.QueueFailed(logger, function.Name, function.Queue, e.Message);
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
        return [];
    }

    async Task WorkAsync(QueueMessage message, CancellationToken abort)
    {
        try
        {
            await using var lease = new QueueLease(queues, function.Queue, message, Lease, options.Time);
            var isDone =
                message.DequeueCount <= settings.MaxDequeueCount
                && await invoker.InvokeAsync(
                    function.Name,
                    Envelope.OfQueue(function, message, options.Time.GetUtcNow()),
                    abort
                );
            await EndAsync(await lease.EndAsync(), isDone, abort);
        }
        catch (StoreException e)
        {
            Log.QueueFailed(logger, function.Name, function.Queue, e.Message); // It shows again.
        }
        catch (OperationCanceledException)
        {
            // Given up; it shows again.
        }
        finally
        {
            Interlocked.Decrement(ref atWork);
            finished.Release();
        }
    }

    async Task EndAsync(QueueMessage message, bool isDone, CancellationToken abort)
    {
        if (isDone)
            await queues.DeleteAsync(function.Queue, message, abort);
        else if (Poison is not { } target)
            return; // As the host: it stays hidden until the lease ends, lest it come again and again.
        else if (message.DequeueCount < settings.MaxDequeueCount)
            await queues.RenewAsync(function.Queue, message, settings.VisibilityTimeout, abort);
        else
        {
            Log.Poisoned(logger, function.Name, message.DequeueCount, target);
            await poison.SendAsync(target, message.Body, TimeSpan.Zero, abort);
            await queues.DeleteAsync(function.Queue, message, abort);
        }
    }
}
