using Cloud.Store.Mailboxes;

namespace Cloud.Store.Messages;

/// <summary>Mailboxes' entries as they were when last read whole, so that the next to open one reads what is new.</summary>
/// <param name="limit">Octets.</param>
sealed class EntryCache(long limit)
{
    /// <summary>Octets that a mailbox takes beside its entries.</summary>
    const int Overhead = 400;

    readonly LeastRecentlyUsed<(AccountId, MailboxId), KnownEntries> mailboxes = new(
        limit,
        known => known.Entries.MemoryOctets + Overhead
    );

    /// <returns>Null when it is not here.</returns>
    public KnownEntries? Find(AccountId account, MailboxId mailbox) => mailboxes.Find((account, mailbox));

    public void Set(AccountId account, MailboxId mailbox, KnownEntries known) =>
        mailboxes.Set((account, mailbox), known);
}

/// <param name="ModSeq">The mailbox's, with which these are exactly its entries.</param>
sealed record KnownEntries(ulong ModSeq, EntryPages Entries);
