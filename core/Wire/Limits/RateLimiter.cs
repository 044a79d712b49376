namespace Cloud.Wire.Limits;

/// <summary>A limit for each of many keys: addresses, domains, accounts.</summary>
/// <remarks>Safe for several threads. Who was heard of longest ago is forgotten when there are too many.</remarks>
/// <param name="keys">Most keys remembered at once.</param>
public sealed class RateLimiter<TKey>(MaxRate limit, int keys, TimeProvider time)
    where TKey : notnull
{
    readonly Lock guard = new();
    readonly RecentTable<TKey, SlidingWindow> windows = new(keys);
    readonly long window = Math.Max(1, (long)(limit.Window.TotalSeconds * time.TimestampFrequency));

    /// <summary>Counts, if that stays within the limit; what is refused does not count.</summary>
    /// <param name="count">How many; 0 only asks whether one more would do.</param>
    /// <returns>Nothing when it was counted; else how long to wait before the next try.</returns>
    public TimeSpan TryTake(TKey key, int count = 1)
    {
        if (limit.IsOff)
            return TimeSpan.Zero;
        lock (guard)
        {
            var now = time.GetTimestamp();
            var wait = windows.Touch(key).TryAdd(now, window, limit.Count, count);
            return wait == 0 ? TimeSpan.Zero : time.GetElapsedTime(now, now + wait);
        }
    }
}
