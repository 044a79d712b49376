using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Store.Sharing;

namespace Cloud.Api.Gateway.Operations;

/// <summary>Another's mailbox as its reader sees it: with marks of the reader's own in place of the owner's \Seen.</summary>
/// <remarks>
/// The marks are read after the mailbox, and not newer than it, or the mailbox is read again: so a mod-sequence that the
/// reader is told covers all that happened before it.
/// </remarks>
static class ReaderView
{
    /// <summary>Readings before a reader who never rests is given what is there: the next sync sets it right.</summary>
    const int MaxTries = 4;

    /// <summary>Nobody but the owner gets \Recent, and the special use is the owner's too.</summary>
    public static Mailbox Of(Mailbox mailbox, MailboxRights rights) =>
        mailbox with
        {
            Role = MailboxRole.None,
            FirstRecent = mailbox.UidNext,
            Granted = rights,
        };

    public static async ValueTask<MailboxView?> OpenAsync(
        AccountStore accounts,
        Access account,
        MailboxId id,
        uint first,
        uint last,
        CancellationToken cancel
    )
    {
        for (var tries = 1; ; tries++)
        {
            var view = await OpenMailbox.RunAsync(accounts, account.Id, id, false, first, last, cancel);
            if (view is null)
                return null;
            var marks = await ReadAsync(accounts, account, id, cancel);
            if (tries < MaxTries && marks.Last > view.Revision)
                continue;
            var entries = view.Entries.Select(marks.Of).ToList();
            var isWhole = first <= 1 && last >= view.Mailbox.UidNext - 1;
            var unseen = isWhole ? entries.Count(entry => !entry.Flags.HasFlag(MessageFlags.Seen)) : 0;
            return view with
            {
                Mailbox = Marked(view.Mailbox, marks, view.Revision) with { Unseen = unseen },
                Entries = EntryPages.Of(entries),
            };
        }
    }

    public static async ValueTask<MailboxChanges?> SyncAsync(
        AccountStore accounts,
        Access account,
        MailboxId id,
        ulong since,
        CancellationToken cancel
    )
    {
        for (var tries = 1; ; tries++)
        {
            var changes = await SyncMailbox.RunAsync(accounts, account.Id, id, since, false, cancel);
            if (changes is null)
                return null;
            var marks = await ReadAsync(accounts, account, id, cancel);
            if (tries < MaxTries && marks.Last > changes.Revision)
                continue;
            var known = UidSet.Of(changes.Changed.Select(entry => entry.Uid));
            var marked = marks.ChangedSince(since).Except(known).Except(changes.Vanished);
            var others =
                marked.IsEmpty || (await accounts.CurrentAsync(account.Id, cancel))?.Find(id) is not { } row
                    ? []
                    : await EntriesAsync(accounts, account.Id, row, marked, cancel);
            return changes with
            {
                Mailbox = Marked(changes.Mailbox, marks, changes.Revision),
                // What came after the changes were read comes with the next.
                Changed =
                [
                    .. changes
                        .Changed.Concat(others.Where(entry => entry.Uid < changes.Mailbox.UidNext))
                        .OrderBy(entry => entry.Uid)
                        .Select(marks.Of),
                ],
            };
        }
    }

    /// <summary>What a reader has not seen of a mailbox, and its mod-sequence, for less than the mailbox would cost.</summary>
    /// <param name="unseen">False where the mod-sequence is enough: then no entry is read.</param>
    /// <returns>Null when it is gone.</returns>
    public static async ValueTask<Mailbox?> CountAsync(
        AccountStore accounts,
        Access account,
        MailboxId id,
        MailboxRights rights,
        bool unseen,
        CancellationToken cancel
    )
    {
        for (var tries = 1; ; tries++)
        {
            if (await accounts.CurrentAsync(account.Id, cancel) is not { } state || state.Find(id) is not { } row)
                return null;
            var marks = await ReadAsync(accounts, account, id, cancel);
            if (tries < MaxTries && marks.Last > state.Revision)
                continue;
            var mailbox = Of(row.ToMailbox(MailboxPaths.Compose(state.Mailboxes, row)), rights);
            mailbox = Marked(mailbox, marks, state.Revision);
            if (!unseen)
                return mailbox;
            var count = await CountUnseenAsync(accounts, account.Id, row, marks.Seen, cancel);
            var after = await accounts.CurrentAsync(account.Id, cancel);
            if (tries == MaxTries || after?.Find(id)?.ModSeq == row.ModSeq)
                return mailbox with { Unseen = count };
        }
    }

    /// <summary>Reads the pages of what was seen, or of what was not, whichever are fewer; where it is all or nothing, none.</summary>
    static async ValueTask<int> CountUnseenAsync(
        AccountStore accounts,
        AccountId account,
        MailboxRow mailbox,
        UidSet marks,
        CancellationToken cancel
    )
    {
        if (mailbox.Messages == 0)
            return 0;
        var all = UidSet.Of([(1, mailbox.UidNext - 1)]);
        var (seen, unseen) = (marks.Intersect(all), all.Except(marks));
        if (seen.IsEmpty || unseen.IsEmpty)
            return seen.IsEmpty ? mailbox.Messages : 0;
        var countsSeen = Pages(seen) < Pages(unseen);
        var found = await EntriesAsync(accounts, account, mailbox, countsSeen ? seen : unseen, cancel);
        return countsSeen ? mailbox.Messages - found.Count() : found.Count();
    }

    static long Pages(UidSet uids) => SyncMailbox.Runs(uids).Sum(run => (long)run.Last - run.First + 1);

    /// <summary>Marks may be newer than what was read of the mailbox: it is not known up to there.</summary>
    static Mailbox Marked(Mailbox mailbox, SeenMarks marks, ulong revision) =>
        mailbox with
        {
            HighestModSeq = Math.Max(mailbox.HighestModSeq, Math.Min(marks.Last, revision)),
        };

    static ValueTask<SeenMarks> ReadAsync(
        AccountStore accounts,
        Access account,
        MailboxId id,
        CancellationToken cancel
    ) => SeenRows.ReadAsync(accounts.Rows, account.Id, id, account.By!.Account, cancel);

    static async ValueTask<IEnumerable<MessageEntry>> EntriesAsync(
        AccountStore accounts,
        AccountId account,
        MailboxRow mailbox,
        UidSet uids,
        CancellationToken cancel
    )
    {
        var entries = new List<MessageEntry>();
        foreach (var (first, last) in SyncMailbox.Runs(uids))
            await EntryReader.ReadAsync(accounts.Rows, account, mailbox, first, last, entries, cancel);
        return entries.Where(entry => uids.Contains(entry.Uid));
    }
}
