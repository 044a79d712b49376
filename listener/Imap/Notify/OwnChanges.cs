using Cloud.Listener.Imap.Selected;
using Cloud.Store;
using Cloud.Store.Mailboxes;

namespace Cloud.Listener.Imap.Notify;

/// <summary>What this client has itself done to mailboxes and annotations since the last look: it is not told that (RFC 5465 §5).</summary>
/// <remarks>What is there then and not as this client has left it, somebody else has done.</remarks>
sealed class OwnChanges
{
    readonly Dictionary<MailboxKey, Own> mailboxes = [];
    readonly HashSet<ulong> revisions = [];

    public void Named(MailboxKey mailbox, string name) => mailboxes[mailbox] = Of(mailbox) with { Name = name };

    public void Subscribed(MailboxKey mailbox, bool subscribed) =>
        mailboxes[mailbox] = Of(mailbox) with { Subscribed = subscribed };

    public void Deleted(MailboxKey mailbox) => mailboxes[mailbox] = new(IsDeleted: true);

    /// <param name="revision">The account's after it.</param>
    public void Annotated(ulong revision) => revisions.Add(revision);

    /// <summary>Nobody else has changed a mailbox's name or subscription.</summary>
    public bool Explain(MailboxChange change)
    {
        if (!mailboxes.TryGetValue(change.Key, out var own))
            return false;
        if (change.New is not { } now)
            return own.IsDeleted;
        var (name, subscribed) = (
            own.Name ?? change.Old?.Name,
            own.Subscribed ?? change.Old?.Mailbox.Subscribed ?? false
        );
        return now.Name == name && now.Mailbox.Subscribed == subscribed;
    }

    public bool Explain(MetadataEntry entry) => revisions.Contains(entry.Revision);

    /// <summary>They have been looked at.</summary>
    /// <param name="accounts">Revisions that were seen.</param>
    public void Forget(IReadOnlyDictionary<AccountId, ulong> accounts, ulong seen)
    {
        foreach (var mailbox in mailboxes.Keys.Where(key => accounts.ContainsKey(key.Account)).ToList())
            mailboxes.Remove(mailbox);
        revisions.RemoveWhere(one => one <= seen);
    }

    Own Of(MailboxKey mailbox) => mailboxes.GetValueOrDefault(mailbox) ?? new();

    sealed record Own(string? Name = null, bool? Subscribed = null, bool IsDeleted = false);
}
