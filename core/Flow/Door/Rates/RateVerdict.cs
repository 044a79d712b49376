using Cloud.Store.Ports;

namespace Cloud.Flow.Door.Rates;

public enum RateOutcome
{
    /// <summary>Within all limits, and counted.</summary>
    Ok,

    /// <summary>Over one; nothing is counted. Temporary: 450 4.7.1 (4.5.3 where it is the recipients).</summary>
    OverLimit,

    /// <summary>Nobody can tell: the store failed, or others counted without a pause. It may come in.</summary>
    Unavailable,
}

/// <param name="Reason">One line: the limit that was met, or why nobody can tell.</param>
public sealed record RateVerdict(RateOutcome Outcome, string Reason)
{
    /// <summary>The limit that was met, else null.</summary>
    public RateLimit? Limit { get; init; }

    /// <summary>When the same would be within that limit; null where it never is, as it is over the limit by itself.</summary>
    public TimeSpan? Wait { get; init; }

    /// <summary>The store's fault, to be logged.</summary>
    public StoreException? Fault { get; init; }
}
