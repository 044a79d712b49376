namespace Cloud.Store.Local;

/// <summary>Writes what waits for it in groups, each with one flush.</summary>
interface IGroupWriter
{
    /// <summary>Whether work waits. Callable from any thread.</summary>
    bool HasWork { get; }

    /// <summary>Writes a group of what waits. Only the <see cref="WriterThread"/> calls it; it throws nothing.</summary>
    void WriteGroup();
}

/// <summary>The one thread that writes, blobs and rows by turns.</summary>
/// <remarks>
/// What comes while the one is flushed goes together into the other's next group: fewer flushes, and half the changes
/// of thread that a thread for each would take.
/// </remarks>
sealed class WriterThread : IDisposable
{
    readonly object gate = new();
    readonly Thread thread;
    volatile IGroupWriter[] writers = [];
    volatile bool asleep;
    bool closed;

    public WriterThread()
    {
        thread = new Thread(Run) { Name = "store writer", IsBackground = true };
        thread.Start();
    }

    public void Add(IGroupWriter writer)
    {
        lock (gate)
            writers = [.. writers, writer];
    }

    /// <summary>To be called when work has come for a writer, after that can be seen.</summary>
    public void Wake()
    {
        // One of us two sees the other: the thread's sleep here, or the work there.
        Interlocked.MemoryBarrier();
        if (!asleep)
            return;
        lock (gate)
            Monitor.PulseAll(gate);
    }

    /// <summary>Waits until a writer that gets no more work has written all it had, and lets go of it.</summary>
    public void Remove(IGroupWriter writer)
    {
        lock (gate)
        {
            while (writer.HasWork || !asleep)
                Monitor.Wait(gate);
            writers = [.. writers.Where(other => other != writer)];
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            closed = true;
            Monitor.PulseAll(gate);
        }
        thread.Join();
    }

    void Run()
    {
        do
        {
            foreach (var writer in writers)
            {
                if (writer.HasWork)
                    writer.WriteGroup();
            }
        } while (HasWork() || Sleep());
    }

    bool HasWork()
    {
        foreach (var writer in writers)
        {
            if (writer.HasWork)
                return true;
        }
        return false;
    }

    /// <returns>False when there is nothing more to come.</returns>
    bool Sleep()
    {
        lock (gate)
        {
            asleep = true;
            Interlocked.MemoryBarrier();
            if (closed)
                return false;
            Monitor.PulseAll(gate); // who waits to be let go of
            while (!HasWork() && !closed)
                Monitor.Wait(gate);
            asleep = false;
            return true;
        }
    }
}
