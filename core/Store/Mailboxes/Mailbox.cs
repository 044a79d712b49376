using System.Text.Json.Serialization;

namespace Cloud.Store.Mailboxes;

/// <summary>A mailbox as it stands.</summary>
/// <param name="Name">Full path in Unicode, levels apart by <c>/</c>; <c>INBOX</c> is always written so.</param>
/// <param name="UidValidity">Never falls, never returns (RFC 9051 §2.3.1.1).</param>
/// <param name="UidNext">The next UID to be given; UIDs start at 1.</param>
/// <param name="FirstRecent">Messages from this UID on have not been announced as \Recent to any session.</param>
/// <param name="HighestModSeq">Of any change to this mailbox (RFC 7162 §3.1.2.1).</param>
/// <param name="Unseen">Messages without \Seen.</param>
/// <param name="Deleted">Messages with \Deleted.</param>
/// <param name="Octets">Sum of the messages' sizes.</param>
/// <param name="Keywords">Keyword names; their place is their bit in <see cref="Messages.MessageEntry.Keywords"/>.</param>
public sealed record Mailbox(
    MailboxId Id,
    string Name,
    MailboxRole Role,
    bool Subscribed,
    uint UidValidity,
    uint UidNext,
    uint FirstRecent,
    ulong HighestModSeq,
    int Messages,
    int Unseen,
    int Deleted,
    long Octets,
    IReadOnlyList<string> Keywords
)
{
    /// <summary>What a reader may do with another's mailbox; null for one's own, with which one may do all.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MailboxRights? Granted { get; init; }

    [JsonIgnore]
    public MailboxRights Rights => Granted ?? MailboxRights.All;

    /// <summary>The account's when an annotation of it was last set or removed; 0 where none ever was.</summary>
    public ulong MetadataRevision { get; init; }
}

/// <summary>Special use (RFC 6154 §2); every account gets one of each.</summary>
public enum MailboxRole
{
    None,
    Inbox,
    Drafts,
    Sent,
    Junk,
    Trash,
    Archive,
}

/// <summary>Limits of mailboxes.</summary>
public static class MailboxLimits
{
    /// <summary>Octets of UTF-8 in one level's name; what mail clients and file systems allow.</summary>
    public const int NameBytes = 255;

    /// <summary>Levels in a path.</summary>
    public const int Depth = 20;

    /// <summary>Mailboxes in an account: their rows are read together at each LIST.</summary>
    public const int PerAccount = 10_000;

    /// <summary>Keywords in a mailbox: one bit of 64 each.</summary>
    public const int Keywords = 64;

    /// <summary>Octets of a keyword's name.</summary>
    public const int KeywordBytes = 255;
}
