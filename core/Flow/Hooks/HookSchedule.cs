using Cloud.Store.Ports;

namespace Cloud.Flow.Hooks;

/// <summary>When a delivery is tried: at once, and after these waits, as Standard Webhooks advises.</summary>
sealed class HookSchedule(Entropy entropy)
{
    public static readonly IReadOnlyList<TimeSpan> Waits =
    [
        TimeSpan.Zero,
        TimeSpan.FromSeconds(5),
        TimeSpan.FromMinutes(5),
        TimeSpan.FromMinutes(30),
        TimeSpan.FromHours(2),
        TimeSpan.FromHours(5),
        TimeSpan.FromHours(10),
        TimeSpan.FromHours(14),
        TimeSpan.FromHours(20),
        TimeSpan.FromHours(24),
    ];

    /// <summary>By which a wait is longer at most: those that failed together do not come back together.</summary>
    const double Jitter = 0.1;

    /// <param name="tries">That have been made, 1 or more.</param>
    /// <returns>Null after the last.</returns>
    public TimeSpan? After(int tries) => tries < Waits.Count ? Spread(Waits[tries]) : null;

    /// <summary>A wait, and up to a tenth more.</summary>
    public TimeSpan Spread(TimeSpan wait) => wait * (1 + Jitter * Draw());

    /// <summary>For who found the endpoint busy: longer with each lap.</summary>
    public TimeSpan Busy(int laps) => TimeSpan.FromSeconds((1 << Math.Min(laps, 5)) * (1 + Draw()));

    double Draw() => entropy.Next64() % 1024 / 1024.0;
}
