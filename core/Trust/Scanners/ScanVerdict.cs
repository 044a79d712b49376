namespace Cloud.Trust.Scanners;

/// <summary>What a scanner makes of a message.</summary>
public enum ScanOutcome
{
    Clean,

    /// <summary>It belongs into Junk.</summary>
    Junk,

    /// <summary>It should be refused as spam.</summary>
    Refuse,

    /// <summary>It holds malware.</summary>
    Infected,

    /// <summary>It should be tried again later (greylisting, a rate).</summary>
    Defer,

    /// <summary>It is larger than is scanned.</summary>
    TooLarge,

    /// <summary>There is no verdict: the scanner cannot be reached, is late, or answers what makes no sense.</summary>
    Failed,
}

/// <param name="Scanner">Which one.</param>
/// <param name="Reason">One line, printable ASCII.</param>
/// <param name="Steps">For the trace.</param>
public sealed record ScanVerdict(string Scanner, ScanOutcome Outcome, string Reason, IReadOnlyList<string> Steps)
{
    /// <summary>Points on the scanner's scale; null where it gives none.</summary>
    public decimal? Score { get; init; }

    /// <summary>Points from which the scanner calls mail spam.</summary>
    public decimal? Required { get; init; }

    /// <summary>The malware's name.</summary>
    public string? Malware { get; init; }

    /// <summary>Rules of the scanner that applied, the heaviest first.</summary>
    public IReadOnlyList<ScanSymbol> Symbols { get; init; } = [];

    public override string ToString() => $"{Scanner}={Outcome.ToString().ToLowerInvariant()} ({Reason})";
}

/// <param name="Score">Null where the scanner does not tell.</param>
public sealed record ScanSymbol(string Name, decimal? Score);
