namespace Cloud.Trust.Dmarc;

/// <summary>How far the owner's policy is followed.</summary>
public enum DmarcMode
{
    /// <summary>As published.</summary>
    Honour,

    /// <summary>What is to be rejected is quarantined: no mail is lost by a mailing list or a forwarder.</summary>
    QuarantineOnly,

    /// <summary>Results are told and counted, and change nothing.</summary>
    ReportOnly,
}

/// <summary>How the organizational domain of a name is found.</summary>
public enum DmarcDiscovery
{
    /// <summary>By the Public Suffix List. RFC 7489 §3.2.</summary>
    PublicSuffixList,

    /// <summary>By records on the way up. RFC 9989 §4.10.</summary>
    TreeWalk,
}

public sealed record DmarcOptions
{
    public DmarcMode Mode { get; init; } = DmarcMode.Honour;

    public DmarcDiscovery Discovery { get; init; } = DmarcDiscovery.PublicSuffixList;

    /// <summary>Author domains that are looked at; a message with more is in error. RFC 7489 §6.6.1 leaves it to us.</summary>
    public int MaxAuthorDomains { get; init; } = 4;

    /// <summary>Signatures that are looked at; the first ones count. As many as a verifier should take: RFC 6376 §6.1.</summary>
    public int MaxSignatures { get; init; } = 20;

    /// <summary>Time for one message, after which it is a temporary error. Of our own: SPF's (RFC 7208 §4.6.4).</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(20);
}
