namespace Cloud.Tests.Store.Local;

/// <summary>A clock that stands still until it is turned.</summary>
sealed class TurnedClock : TimeProvider
{
    DateTimeOffset now = new(2024, 2, 29, 12, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => now;

    public void Turn(TimeSpan time) => now += time;
}
