namespace Cloud.Store.Local;

/// <summary>Where many callers leave work for the writing thread, which takes all that waits at once.</summary>
/// <param name="capacity">Most waiting items; more callers wait for a place.</param>
sealed class Inbox<T>(int capacity, WriterThread thread) : IDisposable
{
    readonly Queue<T> waiting = new();
    readonly SemaphoreSlim places = new(capacity);
    bool closed;
    volatile bool filled;

    /// <summary>Callable from any thread.</summary>
    public bool HasWork => filled;

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
            filled = true;
        }
        thread.Wake();
    }

    /// <summary>Moves what waits into <paramref name="group"/>.</summary>
    /// <param name="most">Most items to take.</param>
    public void Take(List<T> group, int most)
    {
        lock (waiting)
        {
            while (group.Count < most && waiting.TryDequeue(out var item))
                group.Add(item);
            filled = waiting.Count > 0;
        }
        if (group.Count > 0)
            places.Release(group.Count);
    }

    /// <summary>Takes no more work; what is there can still be taken.</summary>
    public void Close()
    {
        lock (waiting)
            closed = true;
    }

    public void Dispose() => places.Dispose();
}
