namespace Cloud.Api.WellKnown;

/// <summary>A record that a domain should publish.</summary>
/// <param name="Name">Absolute, with its last dot.</param>
/// <param name="Type">MX, TXT, …</param>
/// <param name="Data">As a zone file writes it (RFC 1035 §5.1).</param>
/// <param name="Why">What it is good for, in one line.</param>
/// <param name="Pending">Why it is not to be published yet; null when it is.</param>
public sealed record DnsRecord(string Name, string Type, string Data, string Why, string? Pending = null)
{
    /// <summary>Seconds a resolver may keep a record. Default: an hour, so that a mistake does not last.</summary>
    public const int TimeToLive = 3600;
}
