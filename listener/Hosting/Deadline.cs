namespace Cloud.Listener.Hosting;

/// <summary>A moment that is moved far more often than it comes: moving it on costs no timer.</summary>
/// <remarks>The timer is left to strike early, and set again for what is left.</remarks>
sealed class Deadline : IAsyncDisposable
{
    /// <summary>How much earlier than asked a timer may strike: the tick of the coarsest clock behind one, and more.</summary>
    static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);

    const long Never = long.MaxValue;

    readonly TimeProvider time;
    readonly Action met;
    readonly ITimer timer;
    readonly Lock gate = new();
    long due = Never;
    long armed = Never;

    /// <param name="met">Runs on the timer's thread; once <see cref="Clear"/> has returned it runs no more.</param>
    public Deadline(TimeProvider time, Action met)
    {
        this.time = time;
        this.met = met;
        timer = time.CreateTimer(_ => Strike(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <param name="wait">From now; infinite is none.</param>
    public void Set(TimeSpan wait)
    {
        lock (gate)
        {
            due = wait == Timeout.InfiniteTimeSpan ? Never : time.GetTimestamp() + Timestamps(wait);
            if (due < armed)
                Arm(wait);
        }
    }

    public void Clear()
    {
        lock (gate)
            due = Never;
    }

    public ValueTask DisposeAsync() => timer.DisposeAsync();

    void Strike()
    {
        lock (gate)
        {
            armed = Never;
            if (due == Never)
                return;
            var left = time.GetElapsedTime(time.GetTimestamp(), due);
            if (left > Tick)
            {
                Arm(left);
                return;
            }
            due = Never;
            met();
        }
    }

    void Arm(TimeSpan wait)
    {
        armed = due;
        timer.Change(wait, Timeout.InfiniteTimeSpan);
    }

    long Timestamps(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);
}
