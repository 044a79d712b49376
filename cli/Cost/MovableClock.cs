namespace Cloud.Cli.Cost;

/// <summary>The system's clock, which can be set forward: an hour of waiting is counted in no time. Timers wait as ever.</summary>
sealed class MovableClock : TimeProvider
{
    long ahead;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddTicks(Interlocked.Read(ref ahead));

    public override long GetTimestamp() => System.GetElapsedTime(0).Ticks + Interlocked.Read(ref ahead);

    public void Advance(TimeSpan time) => Interlocked.Add(ref ahead, time.Ticks);
}
