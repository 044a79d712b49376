using System.Collections.Immutable;
using Cloud.Store.Mailboxes;
using Cloud.Store.Sharing;

namespace Cloud.Store.Accounts;

/// <summary>An account at one revision, as far as it is held in memory. Immutable.</summary>
/// <param name="ETag">Of the account row: the proof that nothing has changed since.</param>
/// <param name="LastPages">The last pages of the mailboxes that grew last, newest first, so that a delivery need not read one.</param>
sealed record AccountState(
    AccountRow Account,
    string ETag,
    ImmutableDictionary<MailboxId, MailboxRow> Mailboxes,
    ImmutableArray<LastPage> LastPages
)
{
    /// <summary>Last pages kept: INBOX's, and those of mailboxes that clients append to beside it.</summary>
    public const int MaxLastPages = 3;

    /// <summary>What others share with the account's user, by their accounts.</summary>
    public ImmutableDictionary<AccountId, Share> Shares { get; init; } = ImmutableDictionary<AccountId, Share>.Empty;

    public ulong Revision => Account.Revision;

    /// <returns>Null when there is none, or it is being deleted.</returns>
    public MailboxRow? Find(MailboxId mailbox) =>
        Mailboxes.TryGetValue(mailbox, out var row) && !row.Doomed ? row : null;
}

/// <param name="Packed">What the page's row holds; empty when it has none.</param>
readonly record struct LastPage(MailboxId Mailbox, uint Page, byte[] Packed);
