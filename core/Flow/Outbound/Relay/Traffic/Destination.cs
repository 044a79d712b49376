using Cloud.Wire.Limits;

namespace Cloud.Flow.Outbound.Relay.Traffic;

/// <summary>A destination as one process sees it: how many are there now, who waits for his turn.</summary>
sealed class Destination(string name)
{
    readonly Lock turn = new();
    readonly LinkedList<(TaskCompletionSource Turn, int Priority)> waiting = [];
    int inUse;
    SlidingWindow sent;
    DateTimeOffset promised;
    double spread;

    /// <summary>Longest time for which a message is sent away; then it looks again.</summary>
    static readonly TimeSpan LongestPromise = TimeSpan.FromHours(1);

    /// <summary>The golden ratio's fraction: steps of it, modulo 1, lie evenly however many there are.</summary>
    const double EvenStep = 0.618_033_988_749_895;

    public string Name => name;

    public DestinationState State { get; private set; } = DestinationState.Fresh;

    /// <summary>When the store's state was last looked at.</summary>
    public DateTimeOffset ReadAt { get; set; } = DateTimeOffset.MinValue;

    public bool IsIdle
    {
        get
        {
            lock (turn)
                return inUse == 0 && waiting.Count == 0;
        }
    }

    /// <summary>Who comes first after failures is alone, until it has worked.</summary>
    int AtOnce => State.Failures >= DestinationState.Patience ? 1 : State.Concurrency;

    /// <summary>Waits for a place.</summary>
    /// <returns>False when the time is over before one is free.</returns>
    /// <param name="priority">Who has a higher one goes first; of the same, who came first.</param>
    public async ValueTask<bool> EnterAsync(int priority, TimeSpan longest, TimeProvider time, CancellationToken cancel)
    {
        LinkedListNode<(TaskCompletionSource Turn, int Priority)> own;
        lock (turn)
        {
            if (inUse < AtOnce)
            {
                inUse++;
                return true;
            }

            own = Queue(priority);
        }

        try
        {
            await own.Value.Turn.Task.WaitAsync(longest, time, cancel);
            return true;
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            if (Withdraw(own))
            {
                cancel.ThrowIfCancellationRequested();
                return false;
            }

            if (!cancel.IsCancellationRequested)
                return true; // It was given a place at the last moment.
            Leave();
            throw;
        }
    }

    public void Leave()
    {
        lock (turn)
        {
            inUse--;
            Admit();
        }
    }

    /// <param name="next">What follows from the present state.</param>
    /// <returns>The state before, and now.</returns>
    public (DestinationState Before, DestinationState Now) Learn(Func<DestinationState, DestinationState> next)
    {
        lock (turn)
        {
            var before = State;
            State = next(before);
            Admit();
            return (before, State);
        }
    }

    LinkedListNode<(TaskCompletionSource Turn, int Priority)> Queue(int priority)
    {
        var own = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), priority);
        var before = waiting.Last;
        while (before is not null && before.Value.Priority < priority)
            before = before.Previous;
        return before is null ? waiting.AddFirst(own) : waiting.AddAfter(before, own);
    }

    /// <summary>Counts a message, if the learned rate has room for it.</summary>
    /// <returns>
    /// Null: it has; else when to come again, each a little later than the one before. Those beyond what an hour has room
    /// for come within it, spread evenly, and find their place then: told the same time they would all come together.
    /// </returns>
    public DateTimeOffset? Count(DateTimeOffset now)
    {
        lock (turn)
        {
            var limit = State.Rate?.At(now) ?? int.MaxValue;
            var wait = sent.TryAdd(now.UtcTicks, TimeSpan.TicksPerMinute, limit, 1);
            if (wait == 0)
                return null;
            var first = now + TimeSpan.FromTicks(wait);
            var next = (promised > first ? promised : first) + TimeSpan.FromMinutes(1) / limit;
            var last = now + LongestPromise;
            if (next <= last)
                return promised = next;
            spread = (spread + EvenStep) % 1;
            return first + (last - first) * spread;
        }
    }

    /// <summary>Messages of the last minute.</summary>
    public double SentOfLate(DateTimeOffset now)
    {
        lock (turn)
            return sent.Count(now.UtcTicks, TimeSpan.TicksPerMinute);
    }

    bool Withdraw(LinkedListNode<(TaskCompletionSource Turn, int Priority)> own)
    {
        lock (turn)
        {
            if (own.List is null)
                return false;
            waiting.Remove(own);
            return true;
        }
    }

    void Admit()
    {
        while (inUse < AtOnce && waiting.First is { } first)
        {
            waiting.RemoveFirst();
            inUse++;
            first.Value.Turn.SetResult();
        }
    }
}
