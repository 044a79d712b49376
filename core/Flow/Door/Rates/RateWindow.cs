namespace Cloud.Flow.Door.Rates;

/// <summary>A sliding window, told from two buckets: what the last one held is taken to be spread evenly over it.</summary>
/// <param name="Bucket">Number of the bucket that is being filled, counted in windows since 1970.</param>
/// <param name="Current">What it holds.</param>
/// <param name="Previous">What the one before held.</param>
readonly record struct RateWindow(long Bucket, int Current, int Previous)
{
    /// <summary>The same, seen from a later time. Clocks of several processes differ: an earlier one counts as no later.</summary>
    public RateWindow At(DateTimeOffset now, TimeSpan window) => To(now.UtcTicks / window.Ticks);

    /// <summary>Both counts together.</summary>
    public RateWindow Plus(RateWindow other)
    {
        var bucket = Math.Max(Bucket, other.Bucket);
        var (one, two) = (To(bucket), other.To(bucket));
        return new(bucket, Sum(one.Current, two.Current), Sum(one.Previous, two.Previous));
    }

    RateWindow To(long bucket) =>
        bucket <= Bucket ? this
        : bucket == Bucket + 1 ? new(bucket, 0, Current)
        : new(bucket, 0, 0);

    /// <summary>What was given back may outweigh what was counted since.</summary>
    static int Sum(int one, int two) => (int)Math.Clamp((long)one + two, 0, int.MaxValue);

    /// <summary>What the last window's time held, about.</summary>
    public double Estimate(DateTimeOffset now, TimeSpan window) => Current + Previous * (1 - Elapsed(now, window));

    public RateWindow Add(int count) => this with { Current = (int)Math.Min((long)Current + count, int.MaxValue) };

    /// <summary>How long until so many more are within the limit, if nothing else comes.</summary>
    /// <returns>Null when they never are.</returns>
    public TimeSpan? WaitFor(int count, RateLimit limit, DateTimeOffset now)
    {
        var (room, elapsed) = (limit.Most - count, Elapsed(now, limit.Window));
        if (room < 0)
            return null;
        // In this bucket, where the one before fades; else in the next, where this one does.
        var share = Current <= room ? Fading(Previous, room - Current) - elapsed : 1 - elapsed + Fading(Current, room);
        return TimeSpan.FromSeconds(Math.Ceiling(Math.Max(share, 0) * limit.Window.TotalSeconds));
    }

    /// <summary>The share of a bucket that has to pass until no more than so many of the one before count.</summary>
    static double Fading(int count, int room) => count <= room ? 0 : 1 - (double)room / count;

    double Elapsed(DateTimeOffset now, TimeSpan window) =>
        Math.Clamp((double)(now.UtcTicks - Bucket * window.Ticks) / window.Ticks, 0, 1);
}
