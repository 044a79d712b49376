using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Changes;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Store.Ports;

namespace Cloud.Api.Gateway.Operations;

/// <summary>What has changed in a mailbox since a revision.</summary>
/// <remarks>
/// The change log names the UIDs, so only their pages are read. Where the log is pruned or long, the mailbox is read
/// whole: changed is what has a newer MODSEQ, vanished is every UID given so far that is not there (as RFC 7162
/// §3.2.10 allows: UIDs that the client never knew do no harm).
/// </remarks>
static class SyncMailbox
{
    /// <summary>Log rows read; beyond, reading the mailbox whole is no dearer.</summary>
    const int MaxLogRows = 400;

    const int MaxTries = 4;

    public static async ValueTask<MailboxChanges?> RunAsync(
        AccountStore accounts,
        AccountId account,
        MailboxId id,
        ulong since,
        bool claimRecent,
        CancellationToken cancel
    )
    {
        var state = await accounts.CurrentAsync(account, cancel);
        for (var tries = 1; state?.Find(id) is { } mailbox; tries++)
        {
            var (changed, vanished) = await ReadAsync(accounts, account, state, mailbox, since, cancel);
            var after = await accounts.CurrentAsync(account, cancel);
            if (tries < MaxTries && after?.Find(id)?.ModSeq != mailbox.ModSeq)
            {
                state = after;
                continue;
            }
            var recent = claimRecent
                ? await ClaimRecent.RunAsync(accounts, account, mailbox, cancel)
                : mailbox.FirstRecent;
            var path = MailboxPaths.Compose(state.Mailboxes, mailbox);
            var now = mailbox.ToMailbox(path) with { FirstRecent = recent };
            return new(now, state.Revision, changed, vanished);
        }
        return null;
    }

    static async ValueTask<(IReadOnlyList<MessageEntry> Changed, UidSet Vanished)> ReadAsync(
        AccountStore accounts,
        AccountId account,
        AccountState state,
        MailboxRow mailbox,
        ulong since,
        CancellationToken cancel
    )
    {
        if (mailbox.ModSeq <= since)
            return ([], UidSet.Empty);
        return await TryReadAsync(accounts, account, state, mailbox, since, cancel)
            ?? await ReadWholeAsync(accounts, account, mailbox, since, cancel);
    }

    /// <summary>What the change log knows of.</summary>
    /// <returns>Null when it does not reach back so far, or is so long that the mailbox is read sooner.</returns>
    public static async ValueTask<(IReadOnlyList<MessageEntry> Changed, UidSet Vanished)?> TryReadAsync(
        AccountStore accounts,
        AccountId account,
        AccountState state,
        MailboxRow mailbox,
        ulong since,
        CancellationToken cancel
    )
    {
        var isLogged = since + 1 >= state.Account.LogFrom && state.Revision - since <= MaxLogRows;
        if (!isLogged || await ReadLogAsync(accounts, account, state, mailbox, since, cancel) is not { } log)
            return null;
        var entries = new List<MessageEntry>();
        foreach (var (first, last) in Runs(UidSet.Of(log.Changed)))
            await EntryReader.ReadAsync(accounts.Rows, account, mailbox, first, last, entries, cancel);
        entries.RemoveAll(entry => entry.ModSeq <= since);
        return (entries, UidSet.Of(log.Vanished));
    }

    /// <returns>Null when a row of the log is missing.</returns>
    static async ValueTask<MailboxLog?> ReadLogAsync(
        AccountStore accounts,
        AccountId account,
        AccountState state,
        MailboxRow mailbox,
        ulong since,
        CancellationToken cancel
    )
    {
        var all = new MailboxLog();
        var expected = since + 1;
        // Nothing after the mailbox's own last change concerns it.
        var range = ChangeRows.Range(account, expected, Math.Min(mailbox.ModSeq, state.Revision));
        await foreach (var row in accounts.Rows.ReadAsync(Tables.Mail, range, cancel))
        {
            if (ChangeRows.RevisionOf(row.Key) != expected++)
                return null;
            if (ChangeRows.Log(row.Data).Find(mailbox.Id) is not { } log)
                continue;
            all.Changed.UnionWith(log.Changed);
            all.Vanished.UnionWith(log.Vanished);
        }
        all.Changed.ExceptWith(all.Vanished);
        return expected > mailbox.ModSeq ? all : null;
    }

    static async ValueTask<(IReadOnlyList<MessageEntry> Changed, UidSet Vanished)> ReadWholeAsync(
        AccountStore accounts,
        AccountId account,
        MailboxRow mailbox,
        ulong since,
        CancellationToken cancel
    )
    {
        var entries = new List<MessageEntry>(mailbox.Messages);
        if (mailbox.UidNext > 1)
        {
            var last = PageRows.PageOf(mailbox.UidNext - 1);
            await EntryReader.ReadAsync(accounts.Rows, account, mailbox, 0, last, entries, cancel);
        }
        var gaps = new List<(uint First, uint Last)>();
        var next = 1u;
        foreach (var entry in entries)
        {
            if (entry.Uid > next)
                gaps.Add((next, entry.Uid - 1));
            next = entry.Uid + 1;
        }
        if (next < mailbox.UidNext)
            gaps.Add((next, mailbox.UidNext - 1));
        entries.RemoveAll(entry => entry.ModSeq <= since);
        return (entries, UidSet.Of(gaps));
    }

    /// <summary>The UIDs' pages as ranges; small gaps are read along, for one query costs as much as many rows.</summary>
    public static IEnumerable<(uint First, uint Last)> Runs(UidSet uids)
    {
        const uint gap = 8;
        (uint First, uint Last)? run = null;
        foreach (var range in uids.Ranges)
        {
            var (first, last) = (PageRows.PageOf(range.First), PageRows.PageOf(range.Last));
            if (run is { } open && first - open.Last <= gap)
            {
                run = (open.First, last);
                continue;
            }
            if (run is { } ended)
                yield return ended;
            run = (first, last);
        }
        if (run is { } final)
            yield return final;
    }
}
