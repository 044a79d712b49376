namespace Cloud.Trust.Scanners;

/// <summary>What is to be done. Later ones outdo earlier ones.</summary>
public enum ScanDecision
{
    Accept,
    Junk,

    /// <summary>Kept from its recipients, for the operator.</summary>
    Quarantine,
    Defer,
    Refuse,
}

/// <summary>What follows from verdicts: the operator's choice.</summary>
public sealed record ScanPolicy
{
    /// <summary>Mail waits while a scanner fails (a 4xx, the sender tries again), rather than going in unscanned.</summary>
    public bool FailClosed { get; init; }

    /// <summary>The same by a scanner's name, where it differs for one.</summary>
    public IReadOnlyDictionary<string, bool> FailClosedOf { get; init; } = new Dictionary<string, bool>();

    /// <summary>Mail that is larger than is scanned is refused, rather than going in unscanned. To wait would not help it.</summary>
    public bool RefuseTooLarge { get; init; }

    /// <summary>Malware is refused; otherwise it is quarantined, whatever its points are.</summary>
    public bool RefuseInfected { get; init; } = true;

    /// <summary>A scanner may have spam refused; otherwise it goes into Junk, where a mistake can be found.</summary>
    public bool MayRefuse { get; init; }

    /// <summary>A scanner may have mail wait.</summary>
    public bool MayDefer { get; init; } = true;

    public ScanDecision Decide(params IEnumerable<ScanVerdict> verdicts) =>
        verdicts.Select(Decide).DefaultIfEmpty(ScanDecision.Accept).Max();

    ScanDecision Decide(ScanVerdict verdict) =>
        verdict.Outcome switch
        {
            ScanOutcome.Junk => ScanDecision.Junk,
            ScanOutcome.Refuse => MayRefuse ? ScanDecision.Refuse : ScanDecision.Junk,
            ScanOutcome.Infected => RefuseInfected ? ScanDecision.Refuse : ScanDecision.Quarantine,
            ScanOutcome.Defer => MayDefer ? ScanDecision.Defer : ScanDecision.Accept,
            ScanOutcome.TooLarge => RefuseTooLarge ? ScanDecision.Refuse : ScanDecision.Accept,
            ScanOutcome.Failed => FailClosedOf.GetValueOrDefault(verdict.Scanner, FailClosed)
                ? ScanDecision.Defer
                : ScanDecision.Accept,
            _ => ScanDecision.Accept,
        };
}
