namespace Cloud.Store.Directory;

/// <summary>Counts failures by key and makes each further one wait longer.</summary>
/// <param name="free">Failures that cost nothing: people mistype.</param>
sealed class Throttle(TimeProvider time, int free)
{
    /// <summary>Keys kept; when there are more, those whose wait is over go first.</summary>
    public const int Limit = 20_000;

    /// <summary>The wait after the first failure that is not free; it doubles with each further one.</summary>
    public static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait: a lock-out.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(15);

    /// <summary>Without a failure for so long, all is forgotten.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromHours(1);

    readonly Lock guard = new();
    readonly Dictionary<string, Failures> failures = new(StringComparer.Ordinal);

    /// <returns>How long the key still has to wait; zero when it need not.</returns>
    public TimeSpan WaitOf(string key)
    {
        lock (guard)
        {
            if (!failures.TryGetValue(key, out var failed))
                return TimeSpan.Zero;
            var wait = failed.Until - time.GetUtcNow();
            return wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
        }
    }

    public void Fail(string key)
    {
        var now = time.GetUtcNow();
        lock (guard)
        {
            if (failures.Count >= Limit)
                MakeRoom(now);
            var count = failures.TryGetValue(key, out var failed) && now - failed.Last < Memory ? failed.Count + 1 : 1;
            failures[key] = new(count, now, now + Wait(count, free));
        }
    }

    public void Forget(string key)
    {
        lock (guard)
            failures.Remove(key);
    }

    /// <summary>The wait after so many failures.</summary>
    public static TimeSpan Wait(int count, int free)
    {
        if (count <= free)
            return TimeSpan.Zero;
        var doublings = Math.Min(count - free - 1, 20);
        var wait = FirstWait * (1L << doublings);
        return wait < LongestWait ? wait : LongestWait;
    }

    void MakeRoom(DateTimeOffset now)
    {
        foreach (var (key, failed) in failures)
        {
            if (failed.Until <= now)
                failures.Remove(key);
        }
        // All are waiting: half of them go, the oldest, rather than that the table grows.
        if (failures.Count < Limit)
            return;
        foreach (var (key, _) in failures.OrderBy(failure => failure.Value.Last).Take(Limit / 2).ToList())
            failures.Remove(key);
    }

    readonly record struct Failures(int Count, DateTimeOffset Last, DateTimeOffset Until);
}
