namespace Cloud.Tests.Fakes;

/// <summary>Every wait is over at once, and the clock has moved by as much: a test sees how long something would take.</summary>
public sealed class SkippingClock : TimeProvider
{
    readonly Lock guard = new();
    DateTimeOffset now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow()
    {
        lock (guard)
            return now;
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime < TimeSpan.Zero)
            return System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        lock (guard)
            now += dueTime;
        return System.CreateTimer(callback, state, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    public void Advance(TimeSpan time)
    {
        lock (guard)
            now += time;
    }
}
