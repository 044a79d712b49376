namespace Cloud.Flow.Door.Rates;

/// <summary>What one process knows of a subject's counts; used by one at a time.</summary>
/// <param name="parts">See <see cref="SharedRates"/>.</param>
sealed class RateTally(int parts)
{
    readonly Dictionary<RateLimit, (RateWindow Known, RateWindow Own)> windows = [];

    /// <summary>What of a limit is used up, as far as is known here.</summary>
    public RateWindow Known(RateLimit limit) => windows.GetValueOrDefault(limit).Known;

    /// <summary>What the store has still to hear of.</summary>
    public RateWindow Own(RateLimit limit) => windows.GetValueOrDefault(limit).Own;

    /// <summary>Whether so many more may stay here for now.</summary>
    public bool MayWait(RateLimit limit, int count)
    {
        var own = Own(limit);
        return parts > 0 && (long)own.Current + own.Previous + count <= limit.Most / parts;
    }

    public void Add(RateLimit limit, int count, DateTimeOffset now)
    {
        var (known, own) = windows.GetValueOrDefault(limit);
        windows[limit] = (known.At(now, limit.Window).Add(count), own.At(now, limit.Window).Add(count));
    }

    /// <summary>The store knows all now.</summary>
    public void Settle(RateLimit limit, RateWindow shared) => windows[limit] = (shared, default);

    /// <summary>The store was asked, and has not heard of ours.</summary>
    public void Learn(RateLimit limit, RateWindow shared) => windows[limit] = (shared.Plus(Own(limit)), Own(limit));
}
