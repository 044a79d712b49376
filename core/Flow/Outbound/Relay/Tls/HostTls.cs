using Cloud.Trust.TlsRpt;
using Cloud.Wire.Smtp;

namespace Cloud.Flow.Outbound.Relay.Tls;

/// <summary>How a host has to be spoken to.</summary>
public sealed record HostTls
{
    /// <summary>Of the connection.</summary>
    public required SmtpTlsDemand Demand { get; init; }

    /// <summary>For SNI; null for an address literal.</summary>
    public string? ServerName { get; init; }

    /// <summary>Tells connections apart that were made under different demands.</summary>
    public required string Key { get; init; }

    /// <summary>For reports (RFC 8460); null where nobody counts: smarthosts.</summary>
    public TlsPolicySeen? Policy { get; init; }

    /// <summary>Why nothing may be sent to this host; null where it may.</summary>
    public RouteFault? Refusal { get; init; }

    /// <summary>What the refusal is called in reports.</summary>
    public TlsFailure? RefusalKind { get; init; }

    /// <summary>The certificate counts only for reports: a policy that is being tested.</summary>
    public bool IsTesting { get; init; }

    /// <summary>The host is none of the policy's, which counts only for reports.</summary>
    public bool IsMismatch { get; init; }

    /// <summary>When TLS fails the message goes out in clear.</summary>
    public bool AllowsClear { get; init; }
}
