using System.Net;
using Cloud.Flow.Keys;

namespace Cloud.Api.WellKnown;

/// <summary>What the records of a mail server follow from.</summary>
/// <param name="Domains">Domains that receive mail; ASCII form (A-labels), no last dot.</param>
/// <param name="Host">The server's name, for MX, SRV and PTR.</param>
public sealed record DnsPlan(IReadOnlyList<string> Domains, string Host)
{
    /// <summary>The server's addresses; null where it has none.</summary>
    public IPAddress? IPv4 { get; init; }

    public IPAddress? IPv6 { get; init; }

    /// <summary>Domains whose senders may send for these: the smarthost's.</summary>
    public IReadOnlyList<string> SpfIncludes { get; init; } = [];

    /// <summary>
    /// True where mail may leave by hosts that neither <c>mx</c> nor the includes name: then the record does not forbid it
    /// (<c>~all</c>, RFC 7208 §8.5).
    /// </summary>
    public bool SpfSoftFail { get; init; }

    /// <summary>Signing keys to be published, by domain; a domain without any is one whose keys are not known.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<DomainKeyPair>> Keys { get; init; } =
        new Dictionary<string, IReadOnlyList<DomainKeyPair>>();

    /// <summary>False where the address belongs to somebody else, who sets its PTR.</summary>
    public bool Pointer { get; init; } = true;

    /// <summary>False where port 443 of the server is not ours: then there is neither a policy page nor settings for clients.</summary>
    public bool Pages { get; init; } = true;

    /// <summary>Of the policy that the server gives out; must be what the server is told.</summary>
    public StsMode StsMode { get; init; } = StsMode.Testing;
}
