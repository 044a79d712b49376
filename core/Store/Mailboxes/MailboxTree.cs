using Cloud.Store.Accounts;

namespace Cloud.Store.Mailboxes;

/// <summary>Finds and makes mailboxes by path inside a change.</summary>
static class MailboxTree
{
    /// <returns>Null when there is none.</returns>
    public static MailboxRow? Find(AccountChange change, IEnumerable<string> levels)
    {
        MailboxRow? found = null;
        foreach (var level in levels)
        {
            found = Child(change, found?.Id ?? default, level);
            if (found is null)
                return null;
        }
        return found;
    }

    /// <summary>Makes what is missing of a path; the last level gets the role.</summary>
    /// <returns>The path's last mailbox; null when the account has too many.</returns>
    public static MailboxRow? Make(AccountChange change, ReadOnlySpan<string> levels, MailboxRole role)
    {
        var count = change.AllMailboxes().Count();
        MailboxRow? last = null;
        for (var at = 0; at < levels.Length; at++)
        {
            var parent = last?.Id ?? default;
            last = Child(change, parent, levels[at]);
            if (last is not null)
                continue;
            // Each is a row of the one transaction; the depth of a path keeps it far below its limit.
            if (count++ >= MailboxLimits.PerAccount)
                return null;
            last = Add(change, parent, levels[at], at == levels.Length - 1 ? role : MailboxRole.None);
        }
        return last;
    }

    public static MailboxRow? Child(AccountChange change, MailboxId parent, string name) =>
        change.AllMailboxes().FirstOrDefault(row => row.Parent == parent && !row.Doomed && row.Name == name);

    public static bool HasChildren(AccountChange change, MailboxId mailbox) =>
        change.AllMailboxes().Any(row => row.Parent == mailbox && !row.Doomed);

    /// <summary>Whether <paramref name="mailbox"/> is <paramref name="ancestor"/> or lies below it.</summary>
    public static bool IsWithin(AccountChange change, MailboxRow mailbox, MailboxId ancestor)
    {
        for (var row = mailbox; row is not null; row = change.Row(row.Parent))
        {
            if (row.Id == ancestor)
                return true;
        }
        return false;
    }

    static MailboxRow Add(AccountChange change, MailboxId parent, string name, MailboxRole role)
    {
        var (id, validity) = change.NextMailbox();
        var mailbox = new MailboxRow(
            id,
            parent,
            name,
            role,
            Subscribed: false,
            validity,
            UidNext: 1,
            FirstRecent: 1,
            ModSeq: change.Revision,
            Messages: 0,
            Unseen: 0,
            Deleted: 0,
            Octets: 0,
            Keywords: [],
            Doomed: false,
            Tail: default
        )
        {
            Acl = change.Row(parent)?.Acl, // RFC 4314 §4
        };
        change.SetMailbox(mailbox);
        return mailbox;
    }
}
