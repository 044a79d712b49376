using Cloud.Listener.Imap.Selected;
using Cloud.Store.Mailboxes;

namespace Cloud.Listener.Imap.Notify;

/// <summary>A mailbox that differs between two looks.</summary>
/// <param name="Old">Null where it is new.</param>
/// <param name="New">Null where it is gone, or not to be looked at any more.</param>
/// <param name="IsRenamed">By itself: not because a mailbox above it was (RFC 5465 §5.4).</param>
sealed record MailboxChange(MailboxKey Key, FoundMailbox? Old, FoundMailbox? New, bool IsRenamed)
{
    /// <summary>It has the name of one that is gone: its UIDs mean other messages (RFC 5465 §5.1).</summary>
    public bool IsRecreated { get; private init; }

    /// <summary>What is gone, then what differs or is new, by name.</summary>
    public static List<MailboxChange> Between(NamespaceView before, NamespaceView after)
    {
        var (past, now) = (ByKey(before), ByKey(after));
        var changes = new List<MailboxChange>();
        foreach (var (key, old) in past.Where(one => !now.ContainsKey(one.Key)))
            changes.Add(new(key, old, null, IsRenamed: false));
        var gone = changes.Select(change => change.Old!.Name).ToHashSet();
        var renamed = new Dictionary<string, string>();
        foreach (var (key, found) in now)
        {
            if (past.GetValueOrDefault(key) is { } old && old.Name != found.Name)
                renamed[old.Name] = found.Name;
        }
        foreach (var (key, found) in now.OrderBy(one => one.Value.Name, StringComparer.Ordinal))
        {
            var old = past.GetValueOrDefault(key);
            if (old is null || Differs(old, found))
                changes.Add(
                    new(key, old, found, old is not null && IsMoved(old.Name, found.Name, renamed))
                    {
                        IsRecreated = old is null && gone.Contains(found.Name),
                    }
                );
        }
        return changes;
    }

    /// <summary>The user may read what could not be read before: it is listened to from now on (RFC 5465 §5.9).</summary>
    public bool IsOpened => Old is { } old && New is { } now && !CanBeRead(old) && CanBeRead(now);

    /// <summary>The user may read it no more.</summary>
    public bool IsClosed => Old is { } old && New is { } now && CanBeRead(old) && !CanBeRead(now);

    /// <summary>It has followed one above it that was renamed: no event of its own (RFC 5465 §5.4).</summary>
    public bool HasFollowed => Old is { } old && New is { } now && old.Name != now.Name && !IsRenamed;

    static bool CanBeRead(FoundMailbox found) => found.Rights.HasFlag(MailboxRights.Read);

    static Dictionary<MailboxKey, FoundMailbox> ByKey(NamespaceView view) =>
        view.Mailboxes.ToDictionary(found => found.Key);

    static bool Differs(FoundMailbox before, FoundMailbox after)
    {
        var (old, mailbox) = (before.Mailbox, after.Mailbox);
        return old.Name != mailbox.Name
            || old.Subscribed != mailbox.Subscribed
            || old.MetadataRevision != mailbox.MetadataRevision
            || old.HighestModSeq != mailbox.HighestModSeq
            || old.Messages != mailbox.Messages
            || old.UidNext != mailbox.UidNext
            || CanBeRead(before) != CanBeRead(after);
    }

    /// <summary>It has not just followed the mailbox above it.</summary>
    static bool IsMoved(string old, string name, Dictionary<string, string> renamed)
    {
        if (old == name)
            return false;
        var (from, to) = (old.LastIndexOf('/'), name.LastIndexOf('/'));
        return from < 0 || to < 0 || old[from..] != name[to..] || renamed.GetValueOrDefault(old[..from]) != name[..to];
    }
}
