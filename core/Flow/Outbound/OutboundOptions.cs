namespace Cloud.Flow.Outbound;

/// <summary>How messages are sent.</summary>
public sealed record OutboundOptions
{
    /// <summary>Our own name, in notices: Reporting-MTA (RFC 3464 §2.2.2).</summary>
    public string HostName { get; init; } = "localhost";

    /// <summary>
    /// What is waited after the first attempt, the second, and so on. RFC 5321 §4.5.4.1 has 30 minutes at least, and two
    /// attempts within the first hour: greylisting asks for the shorter ones.
    /// </summary>
    public IReadOnlyList<TimeSpan> RetryDelays { get; init; } =
    [
        TimeSpan.FromMinutes(5),
        TimeSpan.FromMinutes(15),
        TimeSpan.FromMinutes(30),
        TimeSpan.FromHours(1),
        TimeSpan.FromHours(2),
    ];

    /// <summary>What is waited after each attempt behind those.</summary>
    public TimeSpan LaterDelay { get; init; } = TimeSpan.FromHours(4);

    /// <summary>A delay is longer or shorter by up to this part of it, so that what failed together is not tried together.</summary>
    public double Jitter { get; init; } = 0.1;

    /// <summary>When a message is given up, from when it could first be sent. RFC 5321 §4.5.4.1: 4 to 5 days.</summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromDays(5);

    /// <summary>When the sender is told that it is still tried, from the first attempt; zero for never.</summary>
    public TimeSpan DelayNoticeAfter { get; init; } = TimeSpan.FromHours(4);

    /// <summary>
    /// How long an attempt may take. What was not recorded by then is tried again: longer than the ten minutes that
    /// RFC 5321 §4.5.3.2.6 has a client wait for the answer to its dot.
    /// </summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>What is left of the lease for the record when an attempt is stopped; a tenth of the lease at most.</summary>
    public TimeSpan RecordTime { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How often a worker looks into a queue that was empty: tasks are due to the second. What is accepted in its own
    /// process wakes it. A service that bills each look is better read by its trigger.
    /// </summary>
    public TimeSpan LookEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Attempts at the same time in one process: more than one destination gets, so that none that is slow stops all others.
    /// </summary>
    public int Parallel { get; init; } = 32;

    /// <summary>
    /// Octets of a message that comes back whole (Postfix's bounce_size_limit). Of a longer one, or with RET=HDRS, it is
    /// the header. RFC 3461 §4.3, RFC 5321 §4.5.3.1.10.
    /// </summary>
    public int ReturnedOctets { get; init; } = 50_000;

    /// <summary>
    /// How long nothing is sent to an address that its server said does not exist; zero for no such list. Servers that
    /// are asked for many such addresses take the asker for a spammer.
    /// </summary>
    public TimeSpan BounceSuppression { get; init; } = TimeSpan.FromDays(7);

    /// <summary>
    /// How long an account sends nothing to an address whose owner called a message of it junk; zero for no such list.
    /// </summary>
    public TimeSpan ComplaintSuppression { get; init; } = TimeSpan.FromDays(365);
}
