namespace Cloud.Trust.Dkim;

/// <summary>How signatures are made.</summary>
public sealed record DkimSignOptions
{
    /// <summary>Relaxed stands white space that servers on the way change.</summary>
    public Canonicalization Header { get; init; } = Canonicalization.Relaxed;

    public Canonicalization Body { get; init; } = Canonicalization.Relaxed;

    /// <summary>How long it verifies (x=); null for always. RFC 6376 §3.5.</summary>
    public TimeSpan? Lifetime { get; init; }
}
