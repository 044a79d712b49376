using Cloud.Store;
using Cloud.Store.Mailboxes;

namespace Cloud.Listener.Imap.Notify;

/// <summary>A mailbox that differs between two looks.</summary>
/// <param name="Old">Null where it is new.</param>
/// <param name="New">Null where it is gone.</param>
/// <param name="IsRenamed">By itself: not because a mailbox above it was (RFC 5465 §5.4).</param>
sealed record MailboxChange(MailboxId Id, Mailbox? Old, Mailbox? New, bool IsRenamed)
{
    /// <summary>It has the name of one that is gone: its UIDs mean other messages (RFC 5465 §5.1).</summary>
    public bool IsRecreated { get; private init; }

    /// <summary>What is gone, then what differs or is new, by name.</summary>
    public static List<MailboxChange> Between(
        Dictionary<MailboxId, Mailbox> before,
        Dictionary<MailboxId, Mailbox> after
    )
    {
        var changes = new List<MailboxChange>();
        foreach (var old in before.Values.Where(old => !after.ContainsKey(old.Id)))
            changes.Add(new(old.Id, old, null, IsRenamed: false));
        var gone = changes.Select(change => change.Old!.Name).ToHashSet();
        var renamed = new Dictionary<string, string>();
        foreach (var mailbox in after.Values)
        {
            if (before.GetValueOrDefault(mailbox.Id) is { } old && old.Name != mailbox.Name)
                renamed[old.Name] = mailbox.Name;
        }
        foreach (var mailbox in after.Values.OrderBy(mailbox => mailbox.Name, StringComparer.Ordinal))
        {
            var old = before.GetValueOrDefault(mailbox.Id);
            if (old is null || Differs(old, mailbox))
                changes.Add(
                    new(mailbox.Id, old, mailbox, old is not null && IsMoved(old.Name, mailbox.Name, renamed))
                    {
                        IsRecreated = old is null && gone.Contains(mailbox.Name),
                    }
                );
        }
        return changes;
    }

    static bool Differs(Mailbox old, Mailbox mailbox) =>
        old.Name != mailbox.Name
        || old.Subscribed != mailbox.Subscribed
        || old.MetadataRevision != mailbox.MetadataRevision
        || old.HighestModSeq != mailbox.HighestModSeq
        || old.Messages != mailbox.Messages
        || old.UidNext != mailbox.UidNext;

    /// <summary>It has not just followed the mailbox above it.</summary>
    static bool IsMoved(string old, string name, Dictionary<string, string> renamed)
    {
        if (old == name)
            return false;
        var (from, to) = (old.LastIndexOf('/'), name.LastIndexOf('/'));
        return from < 0 || to < 0 || old[from..] != name[to..] || renamed.GetValueOrDefault(old[..from]) != name[..to];
    }
}
