namespace Cloud.Dns;

/// <summary>How long answers are kept.</summary>
static class TimesToLive
{
    /// <summary>The least, even where a zone says 0: one message asks for the same names several times over.</summary>
    public static readonly TimeSpan Min = TimeSpan.FromSeconds(5);

    /// <summary>The most for records: a day, as unbound has it.</summary>
    public static readonly TimeSpan Max = TimeSpan.FromDays(1);

    /// <summary>The most for what is not there. RFC 2308 §5: one to three hours work well.</summary>
    public static readonly TimeSpan MaxNegative = TimeSpan.FromHours(3);

    /// <summary>For failures, so that a broken domain is not asked by each of its messages: RFC 2308 §7, RFC 9520 §3.2.</summary>
    public static readonly TimeSpan Failure = TimeSpan.FromSeconds(10);

    public static TimeSpan Bound(TimeSpan time, TimeSpan max) =>
        time < Min ? Min
        : time > max ? max
        : time;
}
