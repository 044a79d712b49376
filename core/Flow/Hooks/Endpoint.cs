namespace Cloud.Flow.Hooks;

/// <summary>How an endpoint has answered lately: kept with its subscription, for all processes.</summary>
/// <param name="Failures">Attempts that failed one after the other.</param>
/// <param name="Since">When the first of them was.</param>
/// <param name="OpenUntil">The circuit is open: nothing is sent before.</param>
/// <param name="ToldAt">When its owner was told.</param>
public sealed record Endpoint(
    int Failures = 0,
    DateTimeOffset? Since = null,
    DateTimeOffset? OpenUntil = null,
    DateTimeOffset? ToldAt = null
)
{
    /// <summary>Failures from which on the circuit opens.</summary>
    public const int Threshold = 10;

    /// <summary>How long it is open at first; each failure of a probe doubles it.</summary>
    static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(30);

    static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(15);

    /// <summary>While one probes, the others wait so long: longer than an attempt takes.</summary>
    public static readonly TimeSpan ProbeTime = TimeSpan.FromMinutes(1);

    /// <summary>How long it has to fail before its owner is told.</summary>
    public static readonly TimeSpan TellAfter = TimeSpan.FromMinutes(30);

    public static readonly Endpoint Sound = new();

    public bool IsOpen(DateTimeOffset now) => OpenUntil > now;

    /// <summary>It is time to try whether it answers again: one attempt may.</summary>
    public bool NeedsProbe => Failures >= Threshold;

    /// <param name="until">When the endpoint wants to be asked again; null where it has not said.</param>
    public Endpoint Failed(DateTimeOffset now, DateTimeOffset? until)
    {
        var failures = Math.Min(Failures + 1, 1_000_000);
        var open = failures < Threshold ? null : (DateTimeOffset?)(now + Pause(failures - Threshold));
        // Another attempt at the same time may have been told to come much later.
        var latest = new[] { OpenUntil, until, open }.Max();
        return this with { Failures = failures, Since = Since ?? now, OpenUntil = latest };
    }

    public Endpoint Probed(DateTimeOffset now) => this with { OpenUntil = now + ProbeTime };

    public bool IsToBeTold(DateTimeOffset now) => ToldAt is null && now - Since >= TellAfter;

    static TimeSpan Pause(int over)
    {
        var pause = FirstPause * (1 << Math.Min(over, 10));
        return pause < LongestPause ? pause : LongestPause;
    }
}
