namespace Cloud.Flow.Outbound.Relay.Traffic;

/// <summary>A destination as one process sees it: how many are there now, who waits for his turn.</summary>
sealed class Destination(string name)
{
    readonly Lock turn = new();
    readonly LinkedList<TaskCompletionSource> waiting = [];
    int inUse;

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
    public async ValueTask<bool> EnterAsync(TimeSpan longest, TimeProvider time, CancellationToken cancel)
    {
        LinkedListNode<TaskCompletionSource> own;
        lock (turn)
        {
            if (inUse < AtOnce)
            {
                inUse++;
                return true;
            }

            own = waiting.AddLast(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        try
        {
            await own.Value.Task.WaitAsync(longest, time, cancel);
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

    bool Withdraw(LinkedListNode<TaskCompletionSource> own)
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
            first.Value.SetResult();
        }
    }
}
