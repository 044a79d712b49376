namespace Cloud.Flow.Outbound.Relay.Traffic;

/// <summary>How many messages a destination takes in a minute, as far as its complaints tell: of one process.</summary>
/// <remarks>
/// Halved by each complaint, and growing with time by itself, so that nobody has to write it down until the next one.
/// </remarks>
/// <param name="PerMinute">When it was learned; 1 at least.</param>
/// <param name="Learned">When that was.</param>
public sealed record LearnedRate(int PerMinute, DateTimeOffset Learned)
{
    /// <summary>What is more is no limit: ten a second, beyond what one process sends to one destination.</summary>
    public const int Most = 600;

    /// <summary>It grows by one message a minute in this time: a halved hundred is whole again in four hours.</summary>
    static readonly TimeSpan Step = TimeSpan.FromMinutes(5);

    /// <summary>Then it counts no more, however low it was: reputations change within a day.</summary>
    static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    /// <param name="before">What held until now; null for nothing.</param>
    /// <param name="sent">Messages in the last minute, of which there were too many.</param>
    public static LearnedRate After(LearnedRate? before, double sent, DateTimeOffset now)
    {
        var held = Math.Min(before?.At(now) ?? Most, sent > 1 ? sent : 1);
        return new(Math.Max(1, (int)(held / 2)), now);
    }

    /// <returns>Messages in a minute; null for any number.</returns>
    public int? At(DateTimeOffset now)
    {
        var age = now > Learned ? now - Learned : TimeSpan.Zero;
        var grown = PerMinute + (int)(age / Step);
        return age >= Lifetime || grown >= Most ? null : grown;
    }
}
