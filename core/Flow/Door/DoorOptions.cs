using Cloud.Dns;
using Cloud.Trust.Content;
using Cloud.Trust.Dkim;
using Cloud.Trust.Dmarc;
using Cloud.Trust.DnsLists;
using Cloud.Trust.Scanners;
using Cloud.Trust.Spf;
using Cloud.Wire.Limits;

namespace Cloud.Flow.Door;

/// <summary>What is done with mail whose SPF check fails. RFC 7208 §8.4 leaves it to the receiver.</summary>
public enum SpfFailure
{
    /// <summary>It counts against the message; DMARC decides.</summary>
    Score,

    /// <summary>550 5.7.23 (RFC 7372 §3.2). Refuses mail that plain forwarders send on.</summary>
    Reject,
}

/// <summary>What is done with mail while nobody can say who sent it: name servers fail, or are late.</summary>
public enum LookupFailure
{
    /// <summary>It is taken, and its results say so.</summary>
    Accept,

    /// <summary>451 4.4.3 (RFC 3463 §3.5). Whoever's name servers fail for days cannot send then.</summary>
    Defer,
}

/// <summary>Whose mail has to wait until it is tried again. RFC 6647.</summary>
public enum GreylistMode
{
    Off,

    /// <summary>Clients without a proper name, or whose sender does not vouch for them by SPF.</summary>
    Suspicious,

    /// <summary>All strangers.</summary>
    All,
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
    public NetworkList Trusted { get; init; } = NetworkList.Loopback;

    /// <summary>
    /// How long the sender waits, after its last octet, for what is still being looked up; then the message is taken with
    /// temporary errors. From 0 to 60 s. Default 20 s: a sender waits 10 minutes (RFC 5321 §4.5.3.2.6).
    /// </summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long after MAIL a RCPT waits to know whether the client is suspicious; who is not known by then is not.
    /// From 0 to 60 s. Default 5 s: a sender waits 5 minutes (RFC 5321 §4.5.3.2.3).</summary>
    public TimeSpan RecipientDeadline { get; init; } = TimeSpan.FromSeconds(5);

    public SpfFailure SpfFailure { get; init; } = SpfFailure.Score;

    /// <summary>Where the author's policy, or what it asks about, cannot be looked up. RFC 7489 §6.6.2 leaves it open.</summary>
    public LookupFailure LookupFailure { get; init; } = LookupFailure.Accept;

    public GreylistMode Greylist { get; init; } = GreylistMode.Off;

    public SpfOptions Spf { get; init; } = new();

    public DkimLimits Dkim { get; init; } = new();

    public DmarcOptions Dmarc { get; init; } = new();

    /// <summary>Forwarders whose word about a message's authentication counts (RFC 8617 §7.2): the d= of their seals.</summary>
    public IReadOnlyList<DnsName> TrustedForwarders { get; init; } = [];

    /// <summary>Lists of the domain name system. Default: none, for most restrict who may ask.</summary>
    public IReadOnlyList<DnsList> Lists { get; init; } = [];

    /// <summary>How rules count, where a message goes to Junk, and where it is refused.</summary>
    public ContentOptions Content { get; init; } = new();

    /// <summary>Programs that are asked about each message.</summary>
    public IReadOnlyList<IScanner> Scanners { get; init; } = [];

    public ScanPolicy ScanPolicy { get; init; } = new();

    /// <summary>Points from which a message is kept from its recipients, at <see cref="QuarantineAddress"/>; null for never.</summary>
    public decimal? QuarantineAt { get; init; }

    /// <summary>An address of ours that gets what is quarantined; without one, that goes to Junk.</summary>
    public string? QuarantineAddress { get; init; }

    /// <summary>Messages are counted for the reports that owners of domains ask for (RFC 7489 §7.2).</summary>
    public bool CountsForReports { get; init; }

    /// <summary>All that is wrong with these options, in words.</summary>
    public IEnumerable<string> Faults()
    {
        foreach (var time in new[] { Deadline, RecipientDeadline })
        {
            if (time < TimeSpan.Zero || time > TimeSpan.FromSeconds(60))
                yield return "The deadlines of the checks are from 0 to 60 s";
        }
        foreach (var fault in Content.Faults())
            yield return fault;
        if (QuarantineAt < Content.JunkAt || QuarantineAt > Content.RejectAt)
            yield return "What is quarantined has more points than junk, and fewer than what is refused";
    }
}
