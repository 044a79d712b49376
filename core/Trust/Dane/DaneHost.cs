using Cloud.Dns;

namespace Cloud.Trust.Dane;

/// <summary>What DANE asks of a sender for one host. RFC 7672 §2.2.</summary>
public enum DaneDemand
{
    /// <summary>The host has no DANE: MTA-STS or opportunistic TLS decide.</summary>
    Nothing,

    /// <summary>Whether it has any cannot be known now: no delivery to this host, RFC 7672 §2.1.1.</summary>
    Skip,

    /// <summary>Records are there but none can be used: TLS, whatever the certificate. RFC 7672 §2.2.</summary>
    Encrypt,

    /// <summary>TLS with a certificate that one of the records matches.</summary>
    Authenticate,
}

/// <summary>What was found of a host.</summary>
/// <param name="Host">Of a MX record, or the domain itself.</param>
/// <param name="Demand">What the sender has to do.</param>
/// <param name="Base">Where the records are, without <c>_25._tcp</c>; the host, or what its aliases lead to.</param>
/// <param name="Records">Those that count.</param>
/// <param name="Steps">For the trace.</param>
public sealed record DaneHost(
    DnsName Host,
    DaneDemand Demand,
    DnsName Base,
    IReadOnlyList<TlsaRecord> Records,
    IReadOnlyList<string> Steps
)
{
    /// <summary>The name for SNI. RFC 7672 §3.1: the one at which the records are.</summary>
    public string ServerName => Base.ToString().TrimEnd('.');
}
