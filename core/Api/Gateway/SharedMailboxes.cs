using Cloud.Store;
using Cloud.Store.Mailboxes;

namespace Cloud.Api.Gateway;

/// <summary>All that a user may see: the own mailboxes, and those of others.</summary>
/// <param name="Own">Sorted by name.</param>
/// <param name="Shared">Sorted by address; only accounts with a mailbox that the user may do something with.</param>
public sealed record VisibleMailboxes(IReadOnlyList<Mailbox> Own, IReadOnlyList<SharedAccount> Shared)
{
    /// <summary>
    /// Changes when somebody begins or ends to share something, or the reader is granted or subscribes to something; 0 where that
    /// is not known. The answer to who has it already has nothing in <see cref="Shared"/>: it is as it was.
    /// </summary>
    public ulong Sharers { get; init; }
}

/// <summary>Mailboxes of another account.</summary>
/// <param name="Address">Of its user.</param>
/// <param name="IsShared">Nobody's own: it is there to be read by several.</param>
/// <param name="Mailboxes">Those that the reader has a right to, as the reader sees them; sorted by name.</param>
public sealed record SharedAccount(AccountId Account, string Address, bool IsShared, IReadOnlyList<Mailbox> Mailboxes);

/// <summary>Who beside the owner may do what (RFC 4314).</summary>
public sealed record MailboxAcl(IReadOnlyList<AclEntry> Entries);

/// <param name="Identifier">A user's address or <c>anyone</c>; with a dash before it, rights that are denied.</param>
public sealed record AclEntry(string Identifier, MailboxRights Rights);

/// <param name="Owner">The address of the account's user.</param>
/// <param name="Identifier">As the client gave it: an address, a bare local part of the only domain, <c>anyone</c>.</param>
/// <param name="Action">Replaced by no rights, the entry goes.</param>
public sealed record ChangeAclRequest(
    Access Account,
    string Owner,
    MailboxId Mailbox,
    string Identifier,
    FlagAction Action,
    MailboxRights Rights
);
