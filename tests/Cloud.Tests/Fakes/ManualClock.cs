namespace Cloud.Tests.Fakes;

/// <summary>Time stands still until a test moves it; then the timers that are due run, in order.</summary>
public sealed class ManualClock(DateTimeOffset start) : TimeProvider
{
    readonly Lock guard = new();
    readonly List<ManualTimer> timers = [];
    readonly List<(TimeSpan Due, TaskCompletionSource Set)> awaited = [];
    DateTimeOffset now = start;

    public ManualClock()
        : this(new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero)) { }

    public override DateTimeOffset GetUtcNow()
    {
        lock (guard)
            return now;
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Is done once somebody begins to wait for just so long, from now on.</summary>
    public Task TimerAsync(TimeSpan due)
    {
        var set = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (guard)
            awaited.Add((due, set));
        return set.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    /// <summary>How long until the next timer runs; null when there is none.</summary>
    public TimeSpan? NextDue
    {
        get
        {
            lock (guard)
                return timers.Count == 0 ? null : timers.Min(timer => timer.Due) - now;
        }
    }

    /// <summary>Lets time pass until something has come to its end.</summary>
    public async Task RunAsync(Task work, TimeSpan step)
    {
        while (!work.IsCompleted)
        {
            Advance(step);
            await Task.WhenAny(work, Task.Delay(TimeSpan.FromMilliseconds(1), System));
        }
        await work;
    }

    public void Advance(TimeSpan time)
    {
        var end = GetUtcNow() + time;
        while (TakeDue(end) is { } due)
            due.Fire();
        lock (guard)
            now = end;
    }

    ManualTimer? TakeDue(DateTimeOffset end)
    {
        lock (guard)
        {
            var next = timers.Where(timer => timer.Due <= end).MinBy(timer => timer.Due);
            if (next is null)
                return null;
            if (next.Due > now)
                now = next.Due;
            next.Rearm();
            if (next.Due == DateTimeOffset.MaxValue)
                timers.Remove(next);
            return next;
        }
    }

    sealed class ManualTimer(ManualClock clock, Action fire) : ITimer
    {
        TimeSpan period = Timeout.InfiniteTimeSpan;

        public DateTimeOffset Due { get; private set; } = DateTimeOffset.MaxValue;

        public void Fire() => fire();

        public void Rearm() => Due = period > TimeSpan.Zero ? Due + period : DateTimeOffset.MaxValue;

        public bool Change(TimeSpan dueTime, TimeSpan every)
        {
            lock (clock.guard)
            {
                clock.timers.Remove(this);
                period = every;
                Due = dueTime < TimeSpan.Zero ? DateTimeOffset.MaxValue : clock.now + dueTime;
                if (dueTime >= TimeSpan.Zero)
                    clock.timers.Add(this);
                foreach (var (_, set) in clock.awaited.Where(one => one.Due == dueTime))
                    set.TrySetResult();
                clock.awaited.RemoveAll(one => one.Due == dueTime);
            }
            return true;
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
