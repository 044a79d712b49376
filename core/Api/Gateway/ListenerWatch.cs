using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Ports;

namespace Cloud.Api.Gateway;

/// <summary>Registers a listener for an account's changes, and gives its revision; may throw <see cref="StoreException"/>.</summary>
public delegate ValueTask<ulong> RegisterWatch(AccountId account, string listener, CancellationToken cancel);

/// <summary>IDLE where others change the store: one queue tells a listener of all that its sessions watch.</summary>
/// <remarks>
/// The queue is read once a second while anybody waits; an account that is watched is looked at and registered anew
/// now and then, which makes good what was not told.
/// </remarks>
public sealed class ListenerWatch : IAsyncDisposable
{
    /// <summary>The look at a watched account where that is one row read.</summary>
    public static readonly TimeSpan NearLook = TimeSpan.FromSeconds(30);

    /// <summary>The look where it is a call that is paid by the second; less than a registration lasts.</summary>
    public static readonly TimeSpan RemoteLook = TimeSpan.FromMinutes(4);

    /// <summary>Between two reads of the queue: a change is told within two seconds.</summary>
    public static readonly TimeSpan ReadEvery = TimeSpan.FromSeconds(1);

    /// <summary>How long a notice is hidden from a second reader: more than one reading takes.</summary>
    static readonly TimeSpan Hidden = TimeSpan.FromSeconds(30);

    /// <summary>The first pause after a fault of the store; it doubles up to the look.</summary>
    static readonly TimeSpan FaultPause = TimeSpan.FromSeconds(2);

    readonly IQueues queues;
    readonly string listener;
    readonly string queue;
    readonly RegisterWatch register;
    readonly TimeSpan lookEvery;
    readonly TimeProvider time;
    readonly WatchHub hub;
    readonly Action<StoreException?>? tell;
    readonly CancellationTokenSource ended = new();
    readonly CancellationToken end;
    readonly Lock guard = new();
    Task reading = Task.CompletedTask;
    bool isReading;
    bool isFailing;
    int waiting;

    /// <param name="lookEvery">1 second to 4 minutes.</param>
    /// <param name="told">Told once when the queue cannot be read any more, and with null when it can again.</param>
    public ListenerWatch(
        IQueues store,
        string name,
        RegisterWatch registration,
        TimeSpan lookEvery,
        TimeProvider clock,
        Action<StoreException?>? told = null
    )
        : this(store, name, registration, lookEvery, clock, new WatchHub()) => tell = told;

    internal ListenerWatch(
        IQueues store,
        string name,
        RegisterWatch registration,
        TimeSpan look,
        TimeProvider clock,
        WatchHub watches
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(look, TimeSpan.FromSeconds(1));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(look, RemoteLook);
        (queues, listener, register, lookEvery, time, hub) = (store, name, registration, look, clock, watches);
        end = ended.Token;
        queue = WatchNotices.QueueOf(WatchRegistration.NumberOf(name));
    }

    /// <summary>A name for a listener that starts: 16 hexadecimal digits.</summary>
    public static string NewListener(Entropy entropy) => $"{Math.Max(entropy.Next64(), ListenerRows.Lasting + 1):x16}";

    /// <summary>Ends when the account's revision is beyond <paramref name="since"/>; the new revision.</summary>
    /// <exception cref="StoreException">The account cannot be looked at.</exception>
    public async ValueTask<ulong> WaitAsync(AccountId account, ulong since, CancellationToken cancel)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, end);
        var first = hub.Enter(account);
        try
        {
            Begin();
            if (first is not null)
                _ = LookAsync(account, first);
            hub.Announce(account, await register(account, listener, either.Token));
            return await hub.WaitAsync(account, since, either.Token);
        }
        finally
        {
            hub.Leave(account);
            lock (guard)
                waiting--;
        }
    }

    void Begin()
    {
        lock (guard)
        {
            waiting++;
            if (isReading)
                return;
            isReading = true;
            reading = ReadAsync();
        }
    }

    /// <summary>Runs while anybody waits.</summary>
    async Task ReadAsync()
    {
        var pause = ReadEvery;
        while (true)
        {
            await Task.Delay(pause, time, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            lock (guard)
            {
                isReading = waiting > 0 && !end.IsCancellationRequested;
                if (!isReading)
                    return;
            }
            pause = await TryReadAsync() ? ReadEvery : Longer(pause);
        }
    }

    async ValueTask<bool> TryReadAsync()
    {
        try
        {
            const int limit = QueueLimits.ReceiveMessages;
            for (var count = limit; count == limit; )
            {
                var notices = await queues.ReceiveAsync(queue, limit, Hidden, end);
                foreach (var notice in notices)
                {
                    if (WatchNotices.Parse(notice.Body.Span) is var (account, revision))
                        hub.Announce(account, revision);
                }
                foreach (var notice in notices)
                    await queues.DeleteAsync(queue, notice, end);
                count = notices.Count;
            }
            Tell(null);
            return true;
        }
        catch (StoreException e)
        {
            Tell(e);
            return false; // what could not be read is read, or looked at, later
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    void Tell(StoreException? fault)
    {
        if (isFailing == fault is not null)
            return;
        isFailing = !isFailing;
        tell?.Invoke(fault);
    }

    /// <summary>Runs while anybody watches the account since the first came.</summary>
    async Task LookAsync(AccountId account, object token)
    {
        var pause = lookEvery;
        while (true)
        {
            await Task.Delay(pause, time, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (end.IsCancellationRequested || !hub.IsWatched(account, token))
                return;
            try
            {
                hub.Announce(account, await register(account, listener, end));
                pause = lookEvery;
            }
            catch (Exception e) when (e is StoreException or OperationCanceledException)
            {
                pause = pause == lookEvery ? FaultPause : Longer(pause);
            }
        }
    }

    TimeSpan Longer(TimeSpan pause) => pause * 2 < lookEvery ? pause * 2 : lookEvery;

    /// <summary>Ends what is waited for, and the reading.</summary>
    public async ValueTask DisposeAsync()
    {
        await ended.CancelAsync();
        await reading;
        ended.Dispose();
    }
}
