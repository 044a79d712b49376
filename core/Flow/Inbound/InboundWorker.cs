using System.Runtime.ExceptionServices;
using Cloud.Flow.Outbound.Reports;
using Cloud.Store.Accounts;
using Cloud.Store.Ports;

namespace Cloud.Flow.Inbound;

/// <summary>Files what was accepted but could not be filed at once.</summary>
/// <remarks>The queue delivers at least once; filing is idempotent by transaction, so once too often does no harm.</remarks>
public sealed class InboundWorker
{
    public const string Queue = Filing.Queue;

    /// <summary>Where the Functions host puts what failed too often, by its own rule, and for seven days only.</summary>
    public const string Poison = "inbound-poison";

    /// <summary>Tries of one message: with the waits between them, about a day. Then it is set aside.</summary>
    public const int MaxTries = 40;

    /// <summary>How often what was set aside is tried again: rarely, for whatever is wrong has lasted a day.</summary>
    public static readonly TimeSpan AsideEvery = TimeSpan.FromHours(6);

    /// <summary>How long a received message is hidden: more than filing takes.</summary>
    static readonly TimeSpan Visibility = TimeSpan.FromMinutes(5);

    static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);
    static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(30);

    readonly TimeProvider time;
    readonly QueuedFiling queued;
    readonly Filing filing;
    readonly IQueues queues;
    readonly SetAside aside;

    internal InboundWorker(
        AccountStore store,
        Addressing addresses,
        Filing work,
        IQueues source,
        ReceivedReports reports
    )
    {
        (time, filing, queues) = (store.Time, work, source);
        queued = new(store, addresses, work, reports);
        aside = new(queued, work, source);
    }

    /// <summary>Works until cancelled; looks less often while there is nothing to do or the store fails.</summary>
    /// <param name="tell">Hears of what was set aside, and of what becomes of it.</param>
    public async Task RunAsync(Action<InboundResult> tell, CancellationToken cancel)
    {
        var (pause, asideAt) = (ShortestPause, time.GetUtcNow());
        while (!cancel.IsCancellationRequested)
        {
            if (time.GetUtcNow() >= asideAt && await TryAsync(() => RetryAsync(tell, cancel)))
                asideAt = time.GetUtcNow() + AsideEvery;
            var count = 0;
            await TryAsync(async () => count = await WorkAsync(tell, cancel));
            pause = count > 0 ? ShortestPause : TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks));
            if (count == 0)
                await Task.Delay(pause, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    static async ValueTask<bool> TryAsync(Func<ValueTask> work)
    {
        try
        {
            await work();
            return true;
        }
        catch (Exception e) when (e is StoreException or OperationCanceledException)
        {
            return false; // the messages show again by themselves
        }
    }

    /// <summary>Takes what is visible on the queue and files it.</summary>
    /// <returns>Messages received.</returns>
    /// <exception cref="StoreException">The queue fails; nothing is lost.</exception>
    public ValueTask<int> WorkAsync(CancellationToken cancel) =>
        WorkAsync(static result => Rethrow(result.Fault), cancel);

    async ValueTask<int> WorkAsync(Action<InboundResult> tell, CancellationToken cancel)
    {
        var messages = await queues.ReceiveAsync(Filing.Queue, QueueLimits.ReceiveMessages, Visibility, cancel);
        foreach (var message in messages)
        {
            var result = await WorkAsync(message, cancel);
            if (result.Fault is null)
                await queues.DeleteAsync(Filing.Queue, message, cancel);
            tell(result);
        }
        return messages.Count;
    }

    async ValueTask<InboundResult> WorkAsync(QueueMessage message, CancellationToken cancel)
    {
        try
        {
            // What never got to its end is not to be done again at once, whatever it does.
            return message.DequeueCount > MaxTries
                ? await TakeOverAsync(message.Body, cancel)
                : await FileAsync(message.Body, cancel);
        }
        catch (Exception e) when (e is not (StoreException or OperationCanceledException))
        {
            // It shows again by itself; the others go on.
            return new(InboundOutcome.Waits, InboundMail.Parse(message.Body)?.Transaction) { Fault = e };
        }
    }

    static void Rethrow(Exception? fault)
    {
        if (fault is not null)
            ExceptionDispatchInfo.Throw(fault);
    }

    /// <summary>Files one message of the queue. What cannot be filed now is sent again, to be seen after a while.</summary>
    /// <remarks>
    /// So each return means that the message is done with, which is what the Functions host understands, too: it would
    /// try a failed one many times within hours and then put it where it is lost in the end.
    /// </remarks>
    /// <exception cref="StoreException">The queue fails: the message must be kept and seen again.</exception>
    public async ValueTask<InboundResult> FileAsync(ReadOnlyMemory<byte> body, CancellationToken cancel)
    {
        if (InboundMail.Parse(body) is not { } mail)
            return await TakeOverAsync(body, cancel);
        // What is done is not to be done again: its user may have deleted it by then.
        var tried = await queued.TryAsync(mail, cancel);
        if (tried.Rest is not { } rest)
            return tried.Ended(InboundOutcome.Done, mail);
        if (rest.Tries >= MaxTries || tried.IsHopeless)
            return await aside.KeepAsync(rest, tried, cancel);
        await filing.QueueAsync(Filing.Queue, rest, Delay(rest.Tries), cancel);
        return new(InboundOutcome.Waits, mail.Transaction)
        {
            IsLost = tried.IsLost,
            Reason = rest.Tries == 1 ? InboundResult.ReasonOf(tried.Fault) : null,
        };
    }

    /// <summary>Keeps a message that somebody has given up, the Functions host for one, until it can be filed.</summary>
    /// <remarks>It is not tried first: it may be what ended the process each time.</remarks>
    /// <exception cref="StoreException">The queue fails: the message must be kept and seen again.</exception>
    public ValueTask<InboundResult> TakeOverAsync(ReadOnlyMemory<byte> body, CancellationToken cancel) =>
        aside.KeepAsync(body, cancel);

    /// <summary>Tries again what was set aside; somebody must do so every <see cref="AsideEvery"/>.</summary>
    /// <exception cref="StoreException">The queue fails; nothing is lost.</exception>
    public ValueTask RetryAsync(Action<InboundResult> tell, CancellationToken cancel) => aside.RetryAsync(tell, cancel);

    static TimeSpan Delay(int tries)
    {
        var delay = TimeSpan.FromSeconds(1L << Math.Min(tries, 12));
        return delay < LongestDelay ? delay : LongestDelay;
    }
}
