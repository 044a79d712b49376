using Cloud.Store.Ports;

namespace Cloud.Flow.Door.Greylisting;

public enum GreylistOutcome
{
    /// <summary>The sender has waited, now or before.</summary>
    Pass,

    /// <summary>Not yet: 450 4.7.1, try again. RFC 6647 §4.</summary>
    Defer,

    /// <summary>There is no need to wait.</summary>
    Known,

    /// <summary>Nobody can tell: the message is taken.</summary>
    Unavailable,
}

/// <param name="Reason">One line, for the trace.</param>
public sealed record GreylistVerdict(GreylistOutcome Outcome, string Reason)
{
    /// <summary>Of a deferral: the time until a retry comes through; else zero.</summary>
    public TimeSpan Wait { get; init; }

    /// <summary>Of what is unavailable: the store's fault, to be logged; null where time ran out or the client is not known.</summary>
    public StoreException? Fault { get; init; }

    public bool IsDeferred => Outcome == GreylistOutcome.Defer;
}
