using System.Net;
using Cloud.Dns;
using Cloud.Trust.Dkim;
using Cloud.Trust.Dmarc;
using Cloud.Trust.Spf;

namespace Cloud.Flow.Door;

/// <summary>What is done with mail whose SPF check fails. RFC 7208 §8.4 leaves it to the receiver.</summary>
public enum SpfFailure
{
    /// <summary>It counts against the message; DMARC decides.</summary>
    Score,

    /// <summary>550 5.7.23 (RFC 7372 §3.2). Refuses mail that plain forwarders send on.</summary>
    Reject,
}

/// <summary>How mail from outside is judged.</summary>
public sealed record DoorOptions
{
    /// <summary>How this server names itself: the authserv-id of its fields (RFC 8601 §2.5).</summary>
    public required string Hostname { get; init; }

    /// <summary>
    /// Clients that are not looked at: our own machines and relays. Default: this machine. Whoever may connect from there
    /// can write as anybody.
    /// </summary>
    public IReadOnlyList<IPNetwork> Trusted { get; init; } =
    [new(new IPAddress([127, 0, 0, 0]), 8), new(IPAddress.IPv6Loopback, 128)];

    /// <summary>
    /// How long the sender waits, after its last octet, for what is still being looked up; then the message is taken with
    /// temporary errors. From 0 to 60 s. Default 20 s: a sender waits 10 minutes (RFC 5321 §4.5.3.2.6).
    /// </summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(20);

    public SpfFailure SpfFailure { get; init; } = SpfFailure.Score;

    /// <summary>Where a message goes to Junk. Default 5, as in SpamAssassin.</summary>
    public double JunkScore { get; init; } = 5;

    /// <summary>Where a message is refused; infinite for never. Default 15: three times what is junk.</summary>
    public double RejectScore { get; init; } = 15;

    public SpfOptions Spf { get; init; } = new();

    public DkimLimits Dkim { get; init; } = new();

    public DmarcOptions Dmarc { get; init; } = new();

    /// <summary>Forwarders whose word about a message's authentication counts (RFC 8617 §7.2): the d= of their seals.</summary>
    public IReadOnlyList<DnsName> TrustedForwarders { get; init; } = [];

    /// <summary>All that is wrong with these options, in words.</summary>
    public IEnumerable<string> Faults()
    {
        if (Deadline < TimeSpan.Zero || Deadline > TimeSpan.FromSeconds(60))
            yield return "The deadline of the checks: from 0 to 60 s";
        if (double.IsNaN(JunkScore) || double.IsNaN(RejectScore) || JunkScore > RejectScore)
            yield return "The score for Junk is at most the one for refusal";
    }

    public bool IsTrusted(IPAddress client)
    {
        var address = client.IsIPv4MappedToIPv6 ? client.MapToIPv4() : client;
        return Trusted.Any(network => network.Contains(address));
    }
}
