using Cloud.Dns;

namespace Cloud.Trust.Dmarc;

/// <summary>A signature's domain (<c>d=</c>), and whether it verified.</summary>
public readonly record struct DkimIdentity(DnsName Domain, bool Passed);

/// <summary>What is known of a message.</summary>
/// <param name="From">The values of all its From fields, folded or not.</param>
/// <param name="SpfDomain">The MAIL FROM domain (HELO's for the null sender); null where there is none.</param>
/// <param name="SpfPassed">Whether SPF passed for it.</param>
/// <param name="Dkim">All signatures.</param>
/// <param name="Sample">A number from 0 to 99, at random: which messages <c>pct</c> takes.</param>
public sealed record DmarcInput(
    IReadOnlyList<ReadOnlyMemory<byte>> From,
    DnsName? SpfDomain,
    bool SpfPassed,
    IReadOnlyList<DkimIdentity> Dkim,
    int Sample = 0
);
