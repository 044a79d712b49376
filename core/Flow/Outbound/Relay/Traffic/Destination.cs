using Cloud.Wire.Limits;

namespace Cloud.Flow.Outbound.Relay.Traffic;

/// <summary>A destination as one process sees it: how many are there now, who waits for his turn.</summary>
/// <param name="most">Transactions at once, where nothing else was learned.</param>
sealed class Destination(string name, int most = DestinationState.MostAtOnce)
{
    readonly Lock turn = new();
    readonly LinkedList<Waiter> waiting = [];
    int inUse;
    DateTimeOffset moved;
    TimeSpan pace = FirstPace;
    SlidingWindow sent;
    DateTimeOffset promised;
    double spread;

    /// <summary>Longest time beyond the first free place for which a message is sent away; then it looks again.</summary>
    static readonly TimeSpan LongestPromise = TimeSpan.FromHours(1);

    /// <summary>The golden ratio's fraction: steps of it, modulo 1, lie evenly however many there are.</summary>
    const double EvenStep = 0.618_033_988_749_895;

    /// <summary>From one place that becomes free to the next, while nothing is known: eight transactions of 0.8 s.</summary>
    static readonly TimeSpan FirstPace = TimeSpan.FromMilliseconds(100);

    /// <summary>No slower: one that was stuck may be well at once, and those that were told a time keep to it.</summary>
    static readonly TimeSpan LongestPace = TimeSpan.FromSeconds(1);

    /// <summary>What one more counts in the mean pace.</summary>
    const double Share = 0.2;

    /// <summary>How soon the first comes again of those that found no place, at least.</summary>
    static readonly TimeSpan Soonest = TimeSpan.FromSeconds(1);

    public string Name => name;

    public DestinationState State { get; private set; } = DestinationState.FreshOf(most);

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

    /// <summary>
    /// Waits for a place, if no more than would fill it wait already: who waits keeps mail for others from being sent.
    /// </summary>
    /// <returns>Null: it has one; else when to come again.</returns>
    /// <param name="priority">Who has a higher one goes first; of the same, who came first.</param>
    public async ValueTask<DateTimeOffset?> EnterAsync(
        int priority,
        TimeSpan longest,
        TimeProvider time,
        CancellationToken cancel
    )
    {
        Waiter own;
        lock (turn)
        {
            var now = time.GetUtcNow();
            if (inUse < AtOnce)
            {
                moved = now;
                inUse++;
                return null;
            }

            if (waiting.Count >= AtOnce && !TryPutOut(priority))
                return NextFree(now);
            own = Queue(priority);
        }

        try
        {
            if (await own.Turn.Task.WaitAsync(longest, time, cancel))
                return null;
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            var isIn = !TryWithdraw(own) && await own.Turn.Task; // at the last moment
            if (cancel.IsCancellationRequested)
            {
                if (isIn)
                    Leave(time.GetUtcNow());
                throw;
            }

            if (isIn)
                return null;
        }

        lock (turn)
            return NextFree(time.GetUtcNow());
    }

    public void Leave(DateTimeOffset now)
    {
        lock (turn)
        {
            if (inUse >= AtOnce)
                pace += ((now > moved ? now - moved : TimeSpan.Zero) - pace) * Share;
            moved = now;
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

    Waiter Queue(int priority)
    {
        var own = new Waiter(priority);
        var before = waiting.Last;
        while (before is not null && before.Value.Priority < priority)
            before = before.Previous;
        if (before is null)
            waiting.AddFirst(own);
        else
            waiting.AddAfter(before, own);
        return own;
    }

    /// <summary>Sends the last one away, if he has to stand back.</summary>
    bool TryPutOut(int priority)
    {
        if (waiting.Last is not { } last || last.Value.Priority >= priority)
            return false;
        waiting.RemoveLast();
        last.Value.Turn.SetResult(false);
        return true;
    }

    /// <summary>When a place is free for one more, if all go on as they did of late; each a little later than the one before.</summary>
    DateTimeOffset NextFree(DateTimeOffset now)
    {
        // Where nobody has left for long, nobody will soon.
        var step = now - moved > pace ? now - moved : pace;
        step = step < LongestPace ? step : LongestPace;
        var round = step * AtOnce;
        return PromiseHere(now + (round > Soonest ? round : Soonest), step);
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
            return PromiseHere(now + TimeSpan.FromTicks(wait), TimeSpan.FromMinutes(1) / limit);
        }
    }

    /// <summary>When one more comes again, each a step later than the one before.</summary>
    /// <param name="first">When there is room again.</param>
    public DateTimeOffset Promise(DateTimeOffset first, TimeSpan step)
    {
        lock (turn)
            return PromiseHere(first, step);
    }

    DateTimeOffset PromiseHere(DateTimeOffset first, TimeSpan step)
    {
        var next = (promised > first ? promised : first) + step;
        var last = first + LongestPromise;
        if (next <= last)
            return promised = next;
        spread = (spread + EvenStep) % 1;
        return first + (last - first) * spread;
    }

    /// <summary>Messages of the last minute.</summary>
    public double SentOfLate(DateTimeOffset now)
    {
        lock (turn)
            return sent.Count(now.UtcTicks, TimeSpan.TicksPerMinute);
    }

    bool TryWithdraw(Waiter own)
    {
        lock (turn)
            return waiting.Remove(own);
    }

    void Admit()
    {
        while (inUse < AtOnce && waiting.First is { } first)
        {
            waiting.RemoveFirst();
            inUse++;
            first.Value.Turn.SetResult(true);
        }
    }

    sealed class Waiter(int priority)
    {
        public int Priority => priority;

        /// <summary>True: it has a place; false: it has to stand back.</summary>
        public TaskCompletionSource<bool> Turn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
