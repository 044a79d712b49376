using System.Net;
using System.Security.Cryptography.X509Certificates;
using Cloud.Flow.Outbound.Relay.Smarthosts;
using Cloud.Wire.Limits;
using Cloud.Wire.Smtp;

namespace Cloud.Flow.Outbound.Relay;

/// <summary>How we send.</summary>
public sealed record RelayOptions
{
    /// <summary>Our own full name, for EHLO and to know ourselves among a domain's hosts.</summary>
    public required string Hostname { get; init; }

    public SmarthostTable Smarthosts { get; init; } = SmarthostTable.None;

    /// <summary>Networks that may be asked although they are not public. Default: none.</summary>
    public NetworkList Allowed { get; init; } = NetworkList.Empty;

    /// <summary>Whether IPv6 addresses are tried. Default: true; a machine without a way there is told so at once.</summary>
    public bool UsesV6 { get; init; } = true;

    /// <summary>Of mail hosts. Default: 25 (RFC 5321 §4.5.4.2).</summary>
    public int Port { get; init; } = 25;

    /// <summary>Addresses tried in one attempt. Default: 10; the next attempt begins anew.</summary>
    public int MaxTries { get; init; } = 10;

    public SmtpTimeouts Timeouts { get; init; } = SmtpTimeouts.Default;

    /// <summary>Makes connections, where that is not done the usual way; null for that.</summary>
    public Func<IPEndPoint, CancellationToken, ValueTask<Stream>>? Connect { get; init; }

    /// <summary>Believed instead of the system's roots; null for those.</summary>
    public X509Certificate2Collection? Roots { get; init; }
}
