namespace Cloud.Store.Mailboxes;

/// <summary>A mailbox as its row keeps it: a leaf's name and a pointer to its parent, so that a rename is one row.</summary>
/// <param name="Parent">Zero for the top level.</param>
/// <param name="Doomed">Deleted for the user; its messages are still being removed.</param>
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
    bool Doomed
)
{
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
        );
}
