using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Store.Ports;

namespace Cloud.Api.Gateway.Operations;

/// <summary>SELECT and EXAMINE: reads a mailbox whole, or what is new since it was last read.</summary>
static class OpenMailbox
{
    /// <summary>Readings before a mailbox that never rests is given as it is: the next sync sets it right.</summary>
    const int MaxTries = 4;

    /// <summary>Changes of the account for each page of the mailbox, up to which its log is read rather than the pages.</summary>
    const int ChangesPerPage = 4;

    public static async ValueTask<MailboxView?> RunAsync(
        AccountStore accounts,
        AccountId account,
        MailboxId id,
        bool claimRecent,
        CancellationToken cancel
    ) => await RunAsync(accounts, account, id, claimRecent, 1, uint.MaxValue, cancel);

    /// <summary>The same as whoever asks sees it.</summary>
    public static ValueTask<MailboxView?> RunAsync(
        AccountStore accounts,
        Access account,
        MailboxId id,
        uint first,
        uint last,
        CancellationToken cancel
    ) =>
        account.By is null
            ? RunAsync(accounts, account.Id, id, false, first, last, cancel)
            : ReaderView.OpenAsync(accounts, account, id, first, last, cancel);

    /// <summary>The part of a mailbox between two UIDs, both included, with all of their pages; others may come along.</summary>
    public static async ValueTask<MailboxView?> RunAsync(
        AccountStore accounts,
        AccountId account,
        MailboxId id,
        bool claimRecent,
        uint first,
        uint last,
        CancellationToken cancel
    )
    {
        var state = await accounts.CurrentAsync(account, cancel);
        for (var tries = 1; state?.Find(id) is { } mailbox; tries++)
        {
            var known = accounts.Entries.Find(account, id);
            var (entries, isWhole) = (known?.Entries ?? EntryPages.Empty, true);
            if (known?.ModSeq != mailbox.ModSeq)
            {
                (entries, isWhole) = await ReadAsync(accounts, account, state, mailbox, known, (first, last), cancel);
                var after = await accounts.CurrentAsync(account, cancel);
                var rests = after?.Find(id)?.ModSeq == mailbox.ModSeq;
                if (tries < MaxTries && !rests)
                {
                    state = after;
                    continue;
                }
                if (isWhole && rests)
                    accounts.Entries.Set(account, id, new(mailbox.ModSeq, entries));
            }
            var recent = claimRecent
                ? await ClaimRecent.RunAsync(accounts, account, mailbox, cancel)
                : mailbox.FirstRecent;
            var path = MailboxPaths.Compose(state.Mailboxes, mailbox);
            var part = isWhole ? entries.Between(PageRows.FirstOf(first), PageRows.LastOf(last)) : entries;
            return new(mailbox.ToMailbox(path) with { FirstRecent = recent }, state.Revision, part);
        }
        return null;
    }

    /// <returns>Asked for a part, all of it where all is known.</returns>
    static async ValueTask<(EntryPages Entries, bool IsWhole)> ReadAsync(
        AccountStore accounts,
        AccountId account,
        AccountState state,
        MailboxRow mailbox,
        KnownEntries? known,
        (uint First, uint Last) part,
        CancellationToken cancel
    )
    {
        var (first, last) = (part.First, Math.Min(part.Last, mailbox.UidNext - 1));
        var pages = PageRows.PageOf(Math.Max(last, 1)) - PageRows.PageOf(Math.Max(first, 1)) + 1;
        if (
            known?.ModSeq < mailbox.ModSeq
            && mailbox.ModSeq - known.ModSeq <= (pages + 1) * ChangesPerPage
            && await SyncMailbox.TryReadAsync(accounts, account, state, mailbox, known.ModSeq, cancel)
                is var (changed, gone)
        )
            return (known.Entries.Without(gone).With(changed), true);
        var isWhole = first <= 1 && last >= mailbox.UidNext - 1;
        if (mailbox.Messages == 0 || first > last)
            return (EntryPages.Empty, isWhole);
        var entries = new List<MessageEntry>((int)Math.Min((uint)mailbox.Messages, last - first + 1));
        var (low, high) = (PageRows.PageOf(first), PageRows.PageOf(last));
        await EntryReader.ReadAsync(accounts.Rows, account, mailbox, low, high, entries, cancel);
        return (EntryPages.Of(entries), isWhole);
    }
}
