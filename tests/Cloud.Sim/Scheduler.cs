using Cloud.Tests.Fakes;

namespace Cloud.Sim;

/// <summary>One thread, and the seed says who goes on next: so a history plays the same way again.</summary>
/// <remarks>
/// Whoever awaits <see cref="WaitAsync"/> stands in line until he is drawn. Everything else runs on at once. Time moves
/// only when the simulation moves it, or when nobody stands in line.
/// </remarks>
sealed class Scheduler(SeededEntropy dice, ManualClock clock) : SynchronizationContext
{
    /// <summary>Moves of the clock without anybody going on: then somebody waits for what never comes.</summary>
    const int MaxIdle = 20_000;

    readonly int thread = Environment.CurrentManagedThreadId;
    readonly Queue<(SendOrPostCallback Callback, object? State)> ready = new();
    readonly List<Waiting> line = [];
    int steps;

    /// <summary>Called before each step: kills, moves the clock.</summary>
    public Action Disturb { get; set; } = () => { };

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (Environment.CurrentManagedThreadId != thread)
            throw new InvalidOperationException("Something ran on another thread: the seed does not decide alone");
        ready.Enqueue((d, state));
    }

    public override SynchronizationContext CreateCopy() => this;

    /// <param name="server">With whom the wait ends for good.</param>
    /// <param name="request">What is on its way to the store meanwhile: it may arrive though the server is killed.</param>
    /// <param name="patience">Steps that pass at least, unless all the others wait as well.</param>
    public Task WaitAsync(Server? server = null, Func<Task>? request = null, int patience = 0)
    {
        var source = new TaskCompletionSource();
        line.Add(new(server, source.SetResult, request, steps + patience));
        return source.Task;
    }

    /// <summary>Lets a request arrive when nobody waits for its answer any more.</summary>
    public void ArriveLater(Func<Task> request, int patience) =>
        line.Add(new(null, () => Arrive(request), null, steps + patience) { IsLate = true });

    /// <summary>Drops all that a server was doing; the seed decides which of its requests arrive all the same.</summary>
    public void Abandon(Server server, bool mayArriveLater)
    {
        var dropped = line.Where(waiting => waiting.Server == server).ToList();
        line.RemoveAll(waiting => waiting.Server == server);
        foreach (var request in dropped.Select(waiting => waiting.Request).OfType<Func<Task>>())
        {
            var fate = dice.Below(mayArriveLater ? 4 : 2);
            if (fate == 1)
                Arrive(request);
            else if (fate > 1)
                ArriveLater(request, dice.Below(100));
        }
    }

    /// <summary>Runs actors until all have finished.</summary>
    public void Run(IEnumerable<Func<Task>> actors)
    {
        var before = Current;
        SetSynchronizationContext(this);
        try
        {
            var running = actors.Select(actor => actor()).ToList();
            for (var idle = 0; running.Count > 0; )
            {
                idle = Step() ? 0 : idle + 1;
                if (idle > MaxIdle)
                    throw new InvalidOperationException("Nobody goes on any more");
                foreach (var ended in running.Where(actor => actor.IsCompleted))
                    Finish(ended);
                running.RemoveAll(actor => actor.IsCompleted);
            }
            while (line.Find(waiting => waiting.IsLate) is { } late)
                Resume(late);
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    bool Step()
    {
        while (ready.TryDequeue(out var work))
            work.Callback(work.State);
        Disturb();
        steps++;
        if (line.Count == 0)
        {
            clock.Advance(TimeSpan.FromMilliseconds(25));
            return ready.Count > 0 || line.Count > 0;
        }
        var patient = line.Where(waiting => waiting.NotBefore <= steps).ToList();
        var from = patient.Count > 0 ? patient : line;
        Resume(from[dice.Below(from.Count)]);
        return true;
    }

    void Resume(Waiting waiting)
    {
        line.Remove(waiting);
        waiting.Resume();
    }

    static void Arrive(Func<Task> request)
    {
        try
        {
            Finish(request());
        }
        catch (OperationCanceledException)
        {
            // It was called off before it left; its sender is no longer there to hear so.
        }
    }

    /// <summary>The store in memory answers at once.</summary>
    static void Finish(Task task) => task.GetAwaiter().GetResult();

    sealed record Waiting(Server? Server, Action Resume, Func<Task>? Request, int NotBefore)
    {
        public bool IsLate { get; init; }
    }
}
