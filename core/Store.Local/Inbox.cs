namespace Cloud.Store.Local;

/// <summary>Where many callers leave work for one thread, which takes all that waits at once.</summary>
/// <param name="capacity">Most waiting items; more callers wait for a place.</param>
sealed class Inbox<T>(int capacity) : IDisposable
{
    readonly Queue<T> waiting = new();
    readonly SemaphoreSlim places = new(capacity);
    bool closed;

    /// <exception cref="ObjectDisposedException">The inbox is closed.</exception>
    public ValueTask AddAsync(T item, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        if (!places.Wait(0, CancellationToken.None))
            return WaitAndAddAsync(item, cancel);
        Add(item);
        return ValueTask.CompletedTask;
    }

    async ValueTask WaitAndAddAsync(T item, CancellationToken cancel)
    {
        await places.WaitAsync(cancel);
        Add(item);
    }

    void Add(T item)
    {
        lock (waiting)
        {
            ObjectDisposedException.ThrowIf(closed, this);
            waiting.Enqueue(item);
            Monitor.Pulse(waiting);
        }
    }

    /// <summary>Blocks until there is work, then fills <paramref name="group"/>.</summary>
    /// <param name="most">Most items to take.</param>
    /// <returns>False when the inbox is closed and empty.</returns>
    public bool Take(List<T> group, int most)
    {
        lock (waiting)
        {
            while (waiting.Count == 0)
            {
                if (closed)
                    return false;
                Monitor.Wait(waiting);
            }
            while (group.Count < most && waiting.TryDequeue(out var item))
                group.Add(item);
        }
        places.Release(group.Count);
        return true;
    }

    /// <summary>Takes no more work; what is there can still be taken.</summary>
    public void Close()
    {
        lock (waiting)
        {
            closed = true;
            Monitor.PulseAll(waiting);
        }
    }

    public void Dispose() => places.Dispose();
}
