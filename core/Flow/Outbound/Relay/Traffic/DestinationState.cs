namespace Cloud.Flow.Outbound.Relay.Traffic;

/// <summary>What has been learned of a destination: a host that does not answer, a domain that wants less at once.</summary>
/// <remarks>Never changes; each event makes the next. What is <see cref="Fresh"/> is not kept.</remarks>
/// <param name="Failures">Connections that failed in a row.</param>
/// <param name="ClosedUntil">Nobody goes there before; the first one then is the probe.</param>
/// <param name="Concurrency">Transactions at once, of one process.</param>
/// <param name="Calm">Transactions without a complaint since the concurrency last changed.</param>
/// <param name="Rate">Null: it never complained of messages in a time.</param>
public sealed record DestinationState(
    int Failures,
    DateTimeOffset ClosedUntil,
    int Concurrency,
    int Calm,
    LearnedRate? Rate = null
)
{
    /// <summary>
    /// Default 8: with as many that wait half of the attempts that a process makes at a time, so that one slow destination
    /// leaves room for all others. Large sites take 10 to 20 from a stranger.
    /// </summary>
    public const int MostAtOnce = 8;

    /// <summary>Of a smarthost, which gets all mail. Default 20: what Postfix has (default_destination_concurrency_limit).</summary>
    public const int MostOfSmarthost = 20;

    /// <summary>Failures before nobody goes there: fewer could be one bad moment.</summary>
    public const int Patience = 3;

    /// <summary>Transactions without complaint after which one more at once is tried.</summary>
    public const int CalmEnough = 50;

    static readonly TimeSpan FirstPause = TimeSpan.FromMinutes(1);
    static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(30);

    public static readonly DestinationState Fresh = new(0, DateTimeOffset.MinValue, MostAtOnce, 0);

    /// <summary>Of <see cref="Concurrency"/>.</summary>
    public int Most { get; init; } = MostAtOnce;

    public bool IsFresh => this == FreshOf(Most);

    public static DestinationState FreshOf(int most) => Fresh with { Concurrency = most, Most = most };

    /// <summary>The same, as others have learned it, for one who goes there with so many at once.</summary>
    public DestinationState AtMost(int most) => this with { Concurrency = Math.Min(Concurrency, most), Most = most };

    public bool IsOpen(DateTimeOffset now) => now >= ClosedUntil;

    /// <summary>It could not be connected to, or did not speak.</summary>
    public DestinationState Failed(DateTimeOffset now)
    {
        var failures = Math.Min(Failures + 1, 30);
        if (failures < Patience)
            return this with { Failures = failures };
        var pause = FirstPause * Math.Pow(2, Math.Min(failures - Patience, 10));
        return this with { Failures = failures, ClosedUntil = now + (pause < LongestPause ? pause : LongestPause) };
    }

    /// <summary>It complains of too much: 421, or 4.7.x to a whole session.</summary>
    public DestinationState Slowed(DateTimeOffset now) =>
        this with
        {
            Concurrency = Math.Max(1, Concurrency / 2),
            Calm = 0,
            ClosedUntil = Later(ClosedUntil, now + FirstPause),
        };

    /// <summary>It complains of too many messages in a time.</summary>
    /// <param name="sent">Messages of this process in the last minute.</param>
    public DestinationState Limited(DateTimeOffset now, double sent) =>
        this with
        {
            Rate = LearnedRate.After(Rate, sent, now),
            ClosedUntil = Later(ClosedUntil, now + FirstPause),
        };

    /// <summary>
    /// A transaction was heard to its end. That ends a pause for failures, but none that was asked for by a complaint to
    /// another transaction at the same time.
    /// </summary>
    public DestinationState Worked(DateTimeOffset now)
    {
        var calm = Concurrency == Most ? 0 : Calm + 1;
        var isMore = calm >= CalmEnough;
        return this with
        {
            Failures = 0,
            ClosedUntil = Failures < Patience && ClosedUntil > now ? ClosedUntil : Fresh.ClosedUntil,
            Concurrency = isMore ? Concurrency + 1 : Concurrency,
            Calm = isMore ? 0 : calm,
        };
    }

    static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
