using Cloud.Store;
using Cloud.Store.Ports;

namespace Cloud.Flow.Hooks;

/// <summary>Does what queue <c>hooks</c> says.</summary>
/// <remarks>The queue delivers at least once; deliveries are rows under their ETags, so once too often does no harm.</remarks>
public sealed class HookWorker : IDisposable
{
    public const string Queue = "hooks";

    /// <summary>Where the Functions host puts what failed too often, by its own rule, and for seven days only.</summary>
    public const string Poison = "hooks-poison";

    /// <summary>How soon a task is seen again that the store failed, where nobody else decides.</summary>
    static readonly TimeSpan FaultPause = TimeSpan.FromSeconds(30);

    /// <summary>After the host has given it up.</summary>
    static readonly TimeSpan PoisonPause = TimeSpan.FromHours(1);

    /// <summary>How long running attempts may take to their end when the process stops.</summary>
    static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(10);

    /// <summary>Longer than a task takes.</summary>
    static readonly TimeSpan Visibility = TimeSpan.FromMinutes(2);

    readonly Delivering delivering;
    readonly HookQueue queue;
    readonly IQueues queues;
    readonly HookPost post;
    readonly TimeProvider time;
    readonly HookOptions options;

    internal HookWorker(
        Delivering work,
        HookQueue timer,
        IQueues source,
        HookPost client,
        TimeProvider clock,
        HookOptions settings
    ) => (delivering, queue, queues, post, time, options) = (work, timer, source, client, clock, settings);

    public void Dispose() => post.Dispose();

    /// <summary>Works until cancelled, on several tasks at a time.</summary>
    /// <param name="tell">Hears what became of each delivery.</param>
    public async Task RunAsync(Action<HookResult> tell, CancellationToken cancel)
    {
        using var free = new SemaphoreSlim(options.Parallel);
        using var hard = new CancellationTokenSource();
        while (!cancel.IsCancellationRequested)
        {
            var messages = await TryReceiveAsync(free.CurrentCount, cancel);
            foreach (var message in messages)
            {
                await free.WaitAsync(CancellationToken.None);
                _ = WorkAndTellAsync(message);
            }
            if (messages.Count == 0)
                await queue.Nudge.WaitAsync(options.LookEvery, time, cancel);
        }
        hard.CancelAfter(StopGrace);
        for (var left = options.Parallel; left > 0; left--)
            await free.WaitAsync(CancellationToken.None);

        async Task WorkAndTellAsync(QueueMessage message)
        {
            try
            {
                foreach (var result in await WorkAsync(message, hard.Token))
                    tell(result);
            }
            finally
            {
                free.Release();
                queue.Nudge.Set(); // there is room for the next
            }
        }
    }

    /// <summary>Takes what is visible on the queue, and does it one after the other.</summary>
    /// <returns>Tasks received.</returns>
    /// <exception cref="StoreException">The queue fails; nothing is lost.</exception>
    public async ValueTask<int> WorkAsync(Action<HookResult> tell, CancellationToken cancel)
    {
        var messages = await queues.ReceiveAsync(Queue, QueueLimits.ReceiveMessages, Visibility, cancel);
        foreach (var message in messages)
        {
            foreach (var result in await WorkAsync(message, cancel))
                tell(result);
        }
        return messages.Count;
    }

    /// <summary>Does one message of the queue.</summary>
    /// <exception cref="StoreException">It must be kept and seen again; nothing is lost.</exception>
    public async ValueTask<IReadOnlyList<HookResult>> RunAsync(ReadOnlyMemory<byte> body, CancellationToken cancel) =>
        HookTask.Parse(body) switch
        {
            { Event: { } told, IsOver: true } => await delivering.EndAsync(told, cancel),
            { Event: { } told } => await delivering.TellAsync(told, cancel),
            { Hook: { } hook, Id: { } id } task =>
            [
                await delivering.TryAsync(hook, TransactionId.TryParse(id) ?? default, task.Laps, cancel),
            ],
            _ => [new(HookOutcome.Unreadable)],
        };

    /// <summary>Brings back what the host has given up: its faults are the store's, which are over at some time.</summary>
    /// <exception cref="StoreException">It must be kept and seen again.</exception>
    public async ValueTask TakeOverAsync(ReadOnlyMemory<byte> body, CancellationToken cancel)
    {
        if (HookTask.Parse(body) is { } task)
            await queue.SendAsync(task, PoisonPause, cancel);
    }

    async ValueTask<IReadOnlyList<QueueMessage>> TryReceiveAsync(int room, CancellationToken cancel)
    {
        if (room == 0)
            return [];
        try
        {
            return await queues.ReceiveAsync(Queue, Math.Min(room, QueueLimits.ReceiveMessages), Visibility, cancel);
        }
        catch (Exception e) when (e is StoreException or OperationCanceledException)
        {
            return []; // the messages show again by themselves
        }
    }

    async ValueTask<IReadOnlyList<HookResult>> WorkAsync(QueueMessage message, CancellationToken cancel)
    {
        try
        {
            var results = await RunAsync(message.Body, cancel);
            await queues.DeleteAsync(Queue, message, CancellationToken.None);
            return results;
        }
        catch (Exception e)
        {
            // A fault of ours is not to be met again at once.
            await TryHideAsync(message, FaultPause * Math.Min(message.DequeueCount, 20));
            return [new(HookOutcome.Waits, HookTask.Parse(message.Body)?.Hook) { Fault = e }];
        }
    }

    async ValueTask TryHideAsync(QueueMessage message, TimeSpan pause)
    {
        try
        {
            await queues.RenewAsync(Queue, message, pause, CancellationToken.None);
        }
        catch (StoreException)
        {
            return; // it shows again when its time is over
        }
    }
}
