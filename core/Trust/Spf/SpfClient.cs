using System.Net;

namespace Cloud.Trust.Spf;

/// <summary>Who sends.</summary>
/// <param name="Address">Of the SMTP client; an IPv4-mapped one counts as IPv4 (RFC 7208 §5).</param>
/// <param name="Helo">What it called itself, as received.</param>
/// <param name="Receiver">Our own host name, for explanations (<c>%{r}</c>, RFC 7208 §7.3).</param>
public sealed record SpfClient(IPAddress Address, string Helo, string Receiver = "unknown");
