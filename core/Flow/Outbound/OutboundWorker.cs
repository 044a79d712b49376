using Cloud.Store;
using Cloud.Store.Ports;

namespace Cloud.Flow.Outbound;

/// <summary>Does what queue <c>outbound</c> says.</summary>
/// <remarks>The queue delivers at least once; each step excludes others by the rows' ETags, so once too often does no harm.</remarks>
public sealed class OutboundWorker
{
    public const string Queue = "outbound";

    /// <summary>Where the Functions host puts what failed too often, by its own rule, and for seven days only.</summary>
    public const string Poison = "outbound-poison";

    /// <summary>Receipts of a task that came to no end: faults of the store take as many, so these are some hours.</summary>
    public const int MaxTries = 500;

    /// <summary>How soon a task is seen again that the store failed, where nobody else decides.</summary>
    static readonly TimeSpan FaultPause = TimeSpan.FromSeconds(30);

    /// <summary>How long running attempts may take to their end when the process stops.</summary>
    static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(10);

    readonly Attempting attempting;
    readonly Telling telling;
    readonly DeadLetters dead;
    readonly OutboundQueue queue;
    readonly IQueues queues;
    readonly TimeProvider time;
    readonly OutboundOptions options;

    internal OutboundWorker(
        Attempting work,
        Telling notices,
        DeadLetters letters,
        OutboundQueue timer,
        IQueues source,
        TimeProvider clock,
        OutboundOptions settings
    ) =>
        (attempting, telling, dead, queue, queues, time, options) = (
            work,
            notices,
            letters,
            timer,
            source,
            clock,
            settings
        );

    /// <summary>
    /// Tasks received beyond those that there is room for, so that a message that is in a hurry overtakes others. More
    /// would be hidden from other workers, and for a while if this process is killed.
    /// </summary>
    const int Ahead = 32;

    /// <summary>Hidden while an attempt may take, so that it is seen again when its lease is over.</summary>
    TimeSpan Visibility => options.Lease + TimeSpan.FromSeconds(5);

    /// <summary>Works until cancelled, on several tasks at a time.</summary>
    /// <param name="tell">Hears what became of each task.</param>
    public async Task RunAsync(Action<OutboundResult> tell, CancellationToken cancel)
    {
        using var free = new SemaphoreSlim(options.Parallel);
        using var hard = new CancellationTokenSource();
        var due = new DueTasks();
        while (!cancel.IsCancellationRequested)
        {
            var messages = await TryReceiveAsync(free.CurrentCount + Ahead - due.Count, cancel);
            foreach (var message in messages)
                due.Add(message);
            while (due.Count > 0 && !cancel.IsCancellationRequested && free.Wait(TimeSpan.Zero, CancellationToken.None))
                _ = WorkAndTellAsync(due.Take());
            if (messages.Count == 0)
                await queue.Nudge.WaitAsync(options.LookEvery, time, cancel);
        }
        while (due.Count > 0)
            await TryHideAsync(due.Take(), TimeSpan.Zero); // for whoever works on
        hard.CancelAfter(StopGrace);
        for (var left = options.Parallel; left > 0; left--)
            await free.WaitAsync(CancellationToken.None);

        async Task WorkAndTellAsync(QueueMessage message)
        {
            try
            {
                tell(await WorkAsync(message, hard.Token));
            }
            finally
            {
                free.Release();
                queue.Nudge.Set(); // there is room for the next
            }
        }
    }

    async ValueTask<IReadOnlyList<QueueMessage>> TryReceiveAsync(int limit, CancellationToken cancel)
    {
        if (limit == 0)
            return [];
        try
        {
            return await queues.ReceiveAsync(Queue, Math.Min(limit, QueueLimits.ReceiveMessages), Visibility, cancel);
        }
        catch (Exception e) when (e is StoreException or OperationCanceledException)
        {
            return []; // the messages show again by themselves
        }
    }

    /// <summary>Takes what is visible on the queue, and does it one after the other.</summary>
    /// <returns>Tasks received.</returns>
    /// <exception cref="StoreException">The queue fails; nothing is lost.</exception>
    public async ValueTask<int> WorkAsync(Action<OutboundResult> tell, CancellationToken cancel)
    {
        var messages = await queues.ReceiveAsync(Queue, QueueLimits.ReceiveMessages, Visibility, cancel);
        foreach (var message in messages)
            tell(await WorkAsync(message, cancel));
        return messages.Count;
    }

    async ValueTask<OutboundResult> WorkAsync(QueueMessage message, CancellationToken cancel)
    {
        try
        {
            var result = await RunAsync(message.Body, message.DequeueCount, cancel);
            await queues.DeleteAsync(Queue, message, CancellationToken.None);
            return result;
        }
        catch (Exception e)
        {
            var isStore = e is StoreException or OperationCanceledException;
            // A fault of ours is not to be met again at once.
            await TryHideAsync(message, isStore ? FaultPause : FaultPause * Math.Min(message.DequeueCount, 20));
            return new(OutboundOutcome.Waits, OutboundTask.Parse(message.Body)?.Id) { Fault = e };
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
            return; // it is hidden until its time is over
        }
    }

    /// <summary>Does one task of the queue. Each return means that it is done with: what is left is on the queue anew.</summary>
    /// <param name="tries">How often it was received, this time included.</param>
    /// <exception cref="StoreException">It must be kept and seen again; nothing is lost.</exception>
    public async ValueTask<OutboundResult> RunAsync(ReadOnlyMemory<byte> body, int tries, CancellationToken cancel)
    {
        if (OutboundTask.Parse(body) is not { } task || TransactionId.TryParse(task.Id) is not { } id)
            return await dead.KeepAsync(body, "It cannot be read", cancel);
        if (tries > MaxTries)
            return await dead.KeepAsync(body, "It came to no end, however often it was tried", cancel);
        if (task.DueAt > time.GetUtcNow()) // it was too far for the queue
        {
            await queue.SendAsync(task, cancel);
            return new(OutboundOutcome.Waits, task.Id);
        }
        return task.Work == OutboundWork.TellDelay
            ? await telling.TellDelayAsync(id, task, cancel)
            : await attempting.RunAsync(id, task, cancel);
    }

    /// <summary>Keeps a task that somebody has given up, the Functions host for one, until it is replayed.</summary>
    /// <exception cref="StoreException">It must be kept and seen again.</exception>
    public ValueTask<OutboundResult> TakeOverAsync(ReadOnlyMemory<byte> body, CancellationToken cancel) =>
        dead.KeepAsync(body, "The host has given it up", cancel);
}
