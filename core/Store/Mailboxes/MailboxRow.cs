using Cloud.Store.Messages;

namespace Cloud.Store.Mailboxes;

/// <summary>A mailbox as its row keeps it: a leaf's name and a pointer to its parent, so that a rename is one row.</summary>
/// <param name="Parent">Zero for the top level.</param>
/// <param name="Doomed">Deleted for the user; its messages are still being removed.</param>
/// <param name="Tail">
/// The newest entries, packed as a page's; all of the page of the last UID given, and not in its row yet.
/// </param>
sealed record MailboxRow(
    MailboxId Id,
    MailboxId Parent,
    string Name,
    MailboxRole Role,
    bool Subscribed,
    uint UidValidity,
    uint UidNext,
    uint FirstRecent,
    ulong ModSeq,
    int Messages,
    int Unseen,
    int Deleted,
    long Octets,
    IReadOnlyList<string> Keywords,
    bool Doomed,
    ReadOnlyMemory<byte> Tail
)
{
    /// <summary>Numbers of the pages that have a row of overviews: <see cref="Overviews.OverviewRows"/>.</summary>
    public UidSet OverviewPages { get; init; } = UidSet.Empty;

    /// <summary>Null where nothing was ever shared.</summary>
    public Acl? Acl { get; init; }

    /// <summary>The change that last set or removed an annotation of it; 0 when there was none.</summary>
    public ulong MetadataRevision { get; init; }

    /// <summary>The page that the tail belongs to; null when there is none.</summary>
    public uint? TailPage => Tail.IsEmpty ? null : PageRows.PageOf(UidNext - 1);

    /// <summary>Every account's first mailbox.</summary>
    public static readonly MailboxId Inbox = new(1);

    public Mailbox ToMailbox(string path) =>
        new(
            Id,
            path,
            Role,
            Subscribed,
            UidValidity,
            UidNext,
            FirstRecent,
            ModSeq,
            Messages,
            Unseen,
            Deleted,
            Octets,
            Keywords
        )
        {
            MetadataRevision = MetadataRevision,
        };
}
