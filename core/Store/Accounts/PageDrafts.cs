using System.Collections.Immutable;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Store.Ports;

namespace Cloud.Store.Accounts;

/// <summary>The pages of an account's mailboxes that a change looks at, and what it does to them.</summary>
/// <param name="state">The account before the change.</param>
sealed class PageDrafts(IRows rows, AccountId id, AccountState state, CancellationToken cancel)
{
    /// <summary>Pages read at a time.</summary>
    const int PagesAhead = 32;

    readonly Dictionary<(MailboxId Mailbox, uint Page), PageDraft> pages = [];

    /// <summary>How many of them it changes.</summary>
    public int Changed => pages.Values.Count(page => page.IsChanged);

    public async ValueTask<PageDraft> PageAsync(MailboxRow mailbox, uint page)
    {
        if (pages.TryGetValue((mailbox.Id, page), out var draft))
            return draft;
        draft = new(page, await ReadPageAsync(mailbox, page), TailOf(mailbox.Id, page));
        pages.Add((mailbox.Id, page), draft);
        return draft;
    }

    /// <summary>What of a page the mailbox's row held before this change.</summary>
    byte[] TailOf(MailboxId mailbox, uint page) =>
        state.Mailboxes.GetValueOrDefault(mailbox) is { } row && row.TailPage == page ? row.Tail.ToArray() : [];

    async ValueTask<byte[]> ReadPageAsync(MailboxRow mailbox, uint page)
    {
        foreach (var last in state.LastPages)
        {
            if (last.Mailbox == mailbox.Id && last.Page == page)
                return last.Packed;
        }
        // No UID of this page has been given yet.
        if (PageRows.FirstUid(page) >= (state.Mailboxes.GetValueOrDefault(mailbox.Id)?.UidNext ?? 1))
            return [];
        // All that were given are in the tail.
        if (PageCodec.FirstUid(TailOf(mailbox.Id, page), page) == PageRows.FirstUid(page))
            return [];
        var key = new RowKey(id.Value, PageRows.Key(mailbox.Id, page));
        var row = await rows.GetAsync(Tables.Mail, key, cancel);
        return row is null ? [] : PageRows.Packed(row.Data);
    }

    /// <summary>Reads pages of a mailbox ahead, in one range: at most <paramref name="limit"/>, 1 to 1,000.</summary>
    /// <returns>Pages with entries from <paramref name="first"/> on; fewer than the limit when there are no more.</returns>
    public async ValueTask<IReadOnlyList<PageDraft>> PagesAsync(MailboxId mailbox, uint first, uint last, int limit)
    {
        var drafts = new List<PageDraft>();
        string? continuation = null;
        do
        {
            var range = PageRows.Range(id, mailbox, first, last);
            var found = await rows.QueryAsync(Tables.Mail, range, continuation, limit - drafts.Count, cancel);
            foreach (var row in found.Rows)
            {
                var page = PageRows.PageOf(row.Key);
                drafts.Add(Draft(mailbox, page, PageRows.Packed(row.Data)));
            }
            continuation = found.Continuation;
        } while (continuation is not null && drafts.Count < limit);

        // A page may be all tail, and have no row.
        var tail = state.Mailboxes.GetValueOrDefault(mailbox)?.TailPage;
        if (tail >= first && tail <= last && drafts.Count < limit && !drafts.Exists(draft => draft.Page == tail))
            drafts.Add(Draft(mailbox, tail.Value, []));
        return drafts;
    }

    PageDraft Draft(MailboxId mailbox, uint page, byte[] stored)
    {
        if (!pages.TryGetValue((mailbox, page), out var draft))
            pages.Add((mailbox, page), draft = new(page, stored, TailOf(mailbox, page)));
        return draft;
    }

    /// <summary>Entries of a mailbox by rising UID, from <paramref name="from"/> on; pages are read as they are needed.</summary>
    /// <param name="last">The last UID looked at.</param>
    public async IAsyncEnumerable<(PageDraft Page, MessageEntry Entry)> EntriesAsync(
        MailboxRow mailbox,
        UidSet uids,
        uint from,
        uint last
    )
    {
        foreach (var range in uids.Ranges)
        {
            var (low, high) = (Math.Max(range.First, from), Math.Min(range.Last, last));
            if (low > high)
                continue;
            var (page, end) = (PageRows.PageOf(low), PageRows.PageOf(high));
            while (page <= end)
            {
                var drafts =
                    page == end
                        ? [await PageAsync(mailbox, page)]
                        : await PagesAsync(mailbox.Id, page, end, PagesAhead);
                foreach (var draft in drafts)
                {
                    foreach (var entry in draft.Entries.ToArray())
                    {
                        if (entry.Uid >= low && entry.Uid <= high)
                            yield return (draft, entry);
                    }
                }
                if (page == end || drafts.Count < PagesAhead)
                    break;
                page = drafts[^1].Page + 1;
            }
        }
    }

    /// <summary>Only the page of the last UID has a tail; it goes to the mailbox's row, any other to its page's.</summary>
    /// <param name="mailboxes">Those that are changed; null for one that goes.</param>
    public void SettleTails(Dictionary<MailboxId, MailboxRow?> mailboxes)
    {
        foreach (var ((mailbox, page), draft) in pages)
        {
            if (!draft.IsChanged || mailboxes.GetValueOrDefault(mailbox) is not { } row)
                continue;
            if (page == PageRows.PageOf(row.UidNext - 1))
                mailboxes[mailbox] = row with { Tail = draft.Tail };
            else
                draft.Merge();
        }
    }

    public void AddTo(RowTransaction transaction)
    {
        foreach (var ((mailbox, page), draft) in pages)
        {
            var stored = draft.Stored;
            if (!draft.IsRowChanged)
                continue;
            if (stored.Length > 0)
                transaction.Upsert(PageRows.Key(mailbox, page), PageRows.ToRow(stored));
            else if (draft.HasRow)
                transaction.Delete(PageRows.Key(mailbox, page));
        }
    }

    /// <summary>The last pages of the mailboxes that grew last, after the change.</summary>
    public List<LastPage> LastOf(ImmutableDictionary<MailboxId, MailboxRow> after)
    {
        var lastPages = new List<LastPage>(AccountState.MaxLastPages);
        foreach (var ((mailbox, page), draft) in pages)
        {
            var isLast =
                after.TryGetValue(mailbox, out var row) && page == PageRows.PageOf(Math.Max(row.UidNext - 1, 1));
            if (isLast && lastPages.Count < AccountState.MaxLastPages)
                lastPages.Add(new(mailbox, page, draft.Stored));
        }
        foreach (var last in state.LastPages)
        {
            if (lastPages.Count < AccountState.MaxLastPages && !pages.ContainsKey((last.Mailbox, last.Page)))
                lastPages.Add(last);
        }
        return lastPages;
    }
}
