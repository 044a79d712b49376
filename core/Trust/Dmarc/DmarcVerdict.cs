using Cloud.Dns;

namespace Cloud.Trust.Dmarc;

/// <summary>RFC 7489 §11.2.</summary>
public enum DmarcResult
{
    /// <summary>The author's domain publishes nothing.</summary>
    None,

    /// <summary>Something passed that is aligned with the author's domain.</summary>
    Pass,

    /// <summary>Nothing did.</summary>
    Fail,

    /// <summary>Nobody knows for now.</summary>
    TempError,

    /// <summary>The message has no author, or too many.</summary>
    PermError,
}

/// <summary>Why less is done than the owner asks for. RFC 7489 Appendix C, PolicyOverrideType.</summary>
public enum PolicyOverride
{
    None,

    /// <summary>Not among the messages that <c>pct</c> takes.</summary>
    SampledOut,

    /// <summary>The owner tries the policy out. RFC 9989 §4.7.</summary>
    PolicyTestMode,

    /// <summary>By configuration.</summary>
    LocalPolicy,

    /// <summary>A forwarder that is trusted saw it pass. RFC 7489 Appendix C: trusted_forwarder.</summary>
    TrustedForwarder,
}

/// <summary>The outcome of a check, and how it came about.</summary>
public sealed record DmarcVerdict
{
    public required DmarcResult Result { get; init; }

    /// <summary>The author's domain; null where there is none.</summary>
    public DnsName? Domain { get; init; }

    /// <summary>Whose record it is: the domain or one above it; null without a record.</summary>
    public DnsName? PolicyDomain { get; init; }

    public DmarcRecord? Record { get; init; }

    /// <summary>What the record asks for, for this domain: <c>p</c>, <c>sp</c> or <c>np</c>.</summary>
    public DmarcPolicy Policy { get; init; }

    /// <summary>What is to be done.</summary>
    public DmarcPolicy Disposition { get; init; }

    /// <summary>Why that is less than <see cref="Policy"/>, where it is.</summary>
    public PolicyOverride Override { get; init; }

    /// <summary>SPF passed, for a domain that is aligned.</summary>
    public bool SpfAligned { get; init; }

    /// <summary>A signature verified, of a domain that is aligned.</summary>
    public bool DkimAligned { get; init; }

    /// <summary>One line: what decided.</summary>
    public required string Reason { get; init; }

    /// <summary>For the trace: what was looked up and compared.</summary>
    public required IReadOnlyList<string> Steps { get; init; }

    /// <summary>As Authentication-Results has it, with the property of RFC 7489 §11.1.</summary>
    public override string ToString() =>
        $"dmarc={Result.ToText()} ({Reason})" + (Domain is null ? "" : $" header.from={Domain}");
}
