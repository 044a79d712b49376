namespace Cloud.Wire.Limits;

/// <summary>How many there were in the last stretch of time, in two counters.</summary>
/// <remarks>
/// What the stretch before counted is taken to have come evenly: the further the present one, the less of it counts.
/// Off by a part of the limit when it came in bursts, and never by more than what the stretch before held.
/// </remarks>
public struct SlidingWindow
{
    /// <summary>Part of one that may be over: sums of fractions are not exact.</summary>
    const double Grain = 1e-6;

    long began;
    int current;
    int previous;

    /// <summary>Counts, if that stays within the limit.</summary>
    /// <param name="now">A timestamp.</param>
    /// <param name="window">The stretch in the same unit, more than nothing.</param>
    /// <param name="add">How many; 0 only asks.</param>
    /// <returns>0 when it was counted; else in how long there is room again, in the timestamp's unit. More than the limit
    /// itself never fits: that waits for one window.</returns>
    public long TryAdd(long now, long window, int limit, int add)
    {
        Move(now, window);
        var elapsed = now - began;
        var room = (double)limit - current - Math.Max(add, 1);
        var weighted = previous * (1 - ((double)elapsed / window));
        if (room >= 0 && weighted <= room + Grain)
        {
            current += add;
            return 0;
        }
        if (room >= 0)
            return Math.Max(1, (long)Math.Ceiling(window * (1 - (room / previous))) - elapsed);
        // Only in the next window, when what this one counted has lost enough weight.
        var left = (double)limit - Math.Max(add, 1);
        var fade = left < 0 || current == 0 ? 0 : 1 - (left / current);
        return Math.Max(1, window - elapsed + (long)Math.Ceiling(window * Math.Clamp(fade, 0, 1)));
    }

    /// <summary>How many there were in the last window, as they are weighed.</summary>
    public double Count(long now, long window)
    {
        Move(now, window);
        return current + previous * (1 - ((double)(now - began) / window));
    }

    void Move(long now, long window)
    {
        var passed = now - began;
        if (passed < window)
            return;
        previous = passed < 2 * window ? current : 0;
        current = 0;
        began = passed >= 2 * window ? now : began + window;
    }
}
