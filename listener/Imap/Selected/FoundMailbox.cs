using Cloud.Api.Gateway;
using Cloud.Listener.Imap.Wire;
using Cloud.Store;
using Cloud.Store.Mailboxes;

namespace Cloud.Listener.Imap.Selected;

/// <summary>A mailbox among all that a user may see.</summary>
readonly record struct MailboxKey(AccountId Account, MailboxId Mailbox);

/// <summary>A mailbox of the user's own or of another's, under the name that the user knows.</summary>
/// <param name="Owner">The address of whose it is.</param>
/// <param name="HasChildren">There are mailboxes below it that the user knows.</param>
sealed record FoundMailbox(Access Account, string Owner, Mailbox Mailbox, bool HasChildren)
{
    public string Name => Mailbox.Name;

    public MailboxKey Key => new(Account.Id, Mailbox.Id);

    /// <summary>The user's own.</summary>
    public bool IsOwn => Account.By is null;

    public MailboxRights Rights => Mailbox.Rights;

    /// <summary>Whether a user may do something. Who may not even list a mailbox does not learn that it is there (RFC 4314 §6).</summary>
    /// <returns>Why not; null where it may be.</returns>
    public Reply? Refuse(MailboxRights needed) =>
        Rights.HasFlag(needed) ? null
        : Rights.HasFlag(MailboxRights.Lookup) ? Reply.NoPermission
        : Reply.NoSuchMailbox;
}
