using Cloud.Trust.Dkim;
using Cloud.Trust.Dmarc;
using Cloud.Trust.Spf;

namespace Cloud.Trust.Content;

/// <summary>What the checks at the door came to, for the rules. Whatever is not known stays at its default, and costs nothing.</summary>
public sealed record ContentFacts
{
    /// <summary>Of MAIL FROM, or of the HELO name where there is no sender; null where it was not checked.</summary>
    public SpfResult? Spf { get; init; }

    public IReadOnlyList<DkimResult> Dkim { get; init; } = [];

    public DmarcVerdict? Dmarc { get; init; }

    /// <summary>An ARC chain passes, sealed last by a forwarder that is trusted, and says that the mail was authentic there.</summary>
    public bool TrustedForwarder { get; init; }

    public ReverseName ReverseName { get; init; }

    public HeloName Helo { get; init; }

    /// <summary>Lists in the DNS that know the client or a domain of the message.</summary>
    public IReadOnlyList<ListedBy> Lists { get; init; } = [];

    /// <summary>The recipients have written to the author before, or have the address in a book.</summary>
    /// <remarks>It counts only where the author is authenticated: anybody can borrow a known name.</remarks>
    public bool SenderIsKnown { get; init; }

    /// <summary>In-Reply-To or References name a message that a recipient has sent. Its id is no secret, but a stranger has none.</summary>
    public bool AnswersOurs { get; init; }

    /// <summary>The author's domain is one of ours, and nothing was kept from proving the author by a temporary error.</summary>
    public bool AuthorIsLocal { get; init; }

    /// <summary>Our own host names.</summary>
    public IReadOnlyList<string> OwnHosts { get; init; } = [];

    /// <summary>Somebody answers for the author's domain: DMARC passes, or where it says nothing, SPF or a signature does.</summary>
    /// <remarks>A trusted forwarder's word counts as well.</remarks>
    public bool IsAuthenticated =>
        TrustedForwarder || Dmarc is { Result: DmarcResult.Pass } or { SpfAligned: true } or { DkimAligned: true };
}

/// <summary>Whether the client's address has a name that leads back to it (iprev, RFC 8601 §3).</summary>
public enum ReverseName
{
    Unknown,
    Matches,

    /// <summary>It has none.</summary>
    None,

    /// <summary>It has one that leads elsewhere.</summary>
    Differs,
}

/// <summary>What the name given with HELO or EHLO is worth.</summary>
public enum HeloName
{
    Unknown,

    /// <summary>It leads to the client's address.</summary>
    Matches,

    /// <summary>It leads elsewhere or nowhere: RFC 5321 §4.1.4 forbids to refuse mail for that alone.</summary>
    Differs,

    /// <summary>It is no name that a host on the internet can have.</summary>
    Invalid,

    /// <summary>It is one of ours.</summary>
    Ours,
}

/// <summary>An entry in a list of the DNS.</summary>
/// <param name="List">The zone.</param>
/// <param name="Entry">What is listed: an address or a domain.</param>
/// <param name="Weight">Points, as configured for the list; negative for a list of good senders.</param>
public sealed record ListedBy(string List, string Entry, decimal Weight);
