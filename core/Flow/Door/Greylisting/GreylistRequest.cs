using System.Net;
using Cloud.Mail;

namespace Cloud.Flow.Door.Greylisting;

/// <summary>A message at RCPT.</summary>
/// <param name="Client">The client's address; null where it cannot be trusted, then nobody waits.</param>
/// <param name="Sender">The reverse path; null for <c>&lt;&gt;</c>.</param>
public sealed record GreylistRequest(IPAddress? Client, EmailAddress? Sender, EmailAddress Recipient)
{
    /// <summary>What speaks for the sender.</summary>
    public GreylistGrounds Grounds { get; init; }

    /// <summary>
    /// The domain whose SPF passes for the client, or null: it stands for the client's network then. Large senders retry
    /// from other networks, and would never come through else (RFC 6647 §5).
    /// </summary>
    public string? SpfDomain { get; init; }
}
