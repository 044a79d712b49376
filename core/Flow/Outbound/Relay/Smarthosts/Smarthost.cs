using Cloud.Flow.Door.Rates;

namespace Cloud.Flow.Outbound.Relay.Smarthosts;

/// <summary>How a smarthost is spoken to.</summary>
public enum SmarthostSecurity
{
    /// <summary>STARTTLS, without which nothing is sent.</summary>
    StartTls,

    /// <summary>TLS from the first octet (RFC 8314 §3.3).</summary>
    Implicit,

    /// <summary>In clear: a relay on the same machine or in a network of one's own.</summary>
    None,
}

/// <summary>A server that sends for us, since port 25 is closed to us or the name of another is better known.</summary>
public sealed record Smarthost
{
    public const int DefaultPort = 587;

    /// <summary>Takes all mail and sends it nowhere: for tests of what sends.</summary>
    public static readonly Smarthost Sink = new() { Host = "sink", IsSink = true };

    /// <summary>Of services that tell none; most take more.</summary>
    public const int DefaultRecipients = 100;

    /// <summary>A name, or an address.</summary>
    public required string Host { get; init; }

    public int Port { get; init; } = DefaultPort;

    public SmarthostSecurity Security { get; init; }

    /// <summary>As the service gave it, whatever is in it; null: it asks for none.</summary>
    public string? User { get; init; }

    /// <summary>The secret is an access token (XOAUTH2), not a password (PLAIN, or LOGIN where that is not offered).</summary>
    public bool HasToken { get; init; }

    /// <summary>Where the secret is; never the secret itself.</summary>
    public SmarthostSecret Secret { get; init; } = SmarthostSecret.None;

    /// <summary>False believes any certificate: only for a server of one's own without a real one.</summary>
    public bool VerifyCertificate { get; init; } = true;

    /// <summary>Octets of a message; 0: as it tells by SIZE.</summary>
    public long MaxSize { get; init; }

    /// <summary>Recipients of one transaction, 1 to 1,000.</summary>
    public int MaxRecipients { get; init; } = DefaultRecipients;

    /// <summary>Messages a minute over all processes; 0 for no limit.</summary>
    public int PerMinute { get; init; }

    /// <summary>Messages an hour over all processes; 0 for no limit.</summary>
    public int PerHour { get; init; }

    /// <summary>It is <see cref="Sink"/>, and nothing else of it matters.</summary>
    public bool IsSink { get; private init; }

    /// <summary>The same as limits.</summary>
    internal IReadOnlyList<RateLimit> Rates
    {
        get
        {
            var limits = new List<RateLimit>(2);
            if (PerMinute > 0)
                limits.Add(new(RateUnit.Messages, PerMinute, TimeSpan.FromMinutes(1)));
            if (PerHour > 0)
                limits.Add(new(RateUnit.Messages, PerHour, TimeSpan.FromHours(1)));
            return limits;
        }
    }

    public override string ToString() => IsSink ? Host : $"{Host}:{Port}";
}
