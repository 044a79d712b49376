using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Store.Overviews;
using Cloud.Store.Ports;

namespace Cloud.Api.Gateway.Operations;

/// <summary>Headers of many messages, for ENVELOPE, SORT, THREAD and SEARCH: a page's lie in one row.</summary>
/// <remarks>
/// The first to ask for much of a page pays for its messages' rows and writes the page's; from then on 256 messages
/// cost a quarter of one query. What is asked for here and there, and the newest messages, is read row by row.
/// </remarks>
static class FetchOverviews
{
    /// <summary>Messages asked for in a page from which on a row of all pays.</summary>
    const int Many = 32;

    /// <summary>Pages written in one transaction: at 1 MiB each the most that fit, at the usual 90 KiB a tenth.</summary>
    const int PagesPerChange = 3;

    /// <summary>Messages whose headers SORT and THREAD look at together: eight pages, 700 KiB as mail usually is.</summary>
    const int AtOnce = 8 * (int)PageRows.UidsPerPage;

    /// <param name="uids">Looked at from the first, <see cref="GatewayLimits.OverviewPages"/> pages.</param>
    /// <returns>Null when there is no such mailbox. Messages that are gone are left out.</returns>
    public static async ValueTask<IReadOnlyList<OverviewPage>?> RunAsync(
        AccountStore accounts,
        AccountId account,
        MailboxId id,
        UidSet uids,
        CancellationToken cancel
    )
    {
        if ((await accounts.CurrentAsync(account, cancel))?.Find(id) is not { } mailbox)
            return null;
        if (uids.IsEmpty)
            return [];
        var first = PageRows.PageOf(Math.Max(uids.Ranges[0].First, 1));
        var end = Math.Min(uids.Ranges[^1].Last, Math.Max(mailbox.UidNext - 1, 1));
        var last = Math.Min(PageRows.PageOf(end), first + GatewayLimits.OverviewPages - 1);
        var pages = await ReadStoredAsync(accounts, account, mailbox, first, last, cancel);

        var entries = new List<MessageEntry>();
        if (pages.Count <= last - first)
            await EntryReader.ReadAsync(accounts.Rows, account, mailbox, first, last, entries, cancel);
        entries.RemoveAll(entry => pages.ContainsKey(PageRows.PageOf(entry.Uid)));
        await AddAsync(accounts, account, mailbox, entries, uids, pages, cancel);
        return [.. pages.Values];
    }

    /// <summary>The overviews of a mailbox whose entries were read anyway.</summary>
    /// <param name="view">Whole pages of entries.</param>
    /// <param name="uids">Only pages with one of these are needed, all of which are entries' of the view.</param>
    public static async ValueTask<IReadOnlyDictionary<uint, OverviewPage>> OfAsync(
        AccountStore accounts,
        AccountId account,
        MailboxView view,
        UidSet uids,
        CancellationToken cancel
    )
    {
        if (uids.IsEmpty || (await accounts.CurrentAsync(account, cancel))?.Find(view.Mailbox.Id) is not { } mailbox)
            return new Dictionary<uint, OverviewPage>();
        var (first, last) = (PageRows.PageOf(uids.Ranges[0].First), PageRows.PageOf(uids.Ranges[^1].Last));
        var pages = await ReadStoredAsync(accounts, account, mailbox, first, last, cancel);
        if (pages.Count > last - first)
            return pages;
        var others = view.Entries.Where(entry => !pages.ContainsKey(PageRows.PageOf(entry.Uid))).ToList();
        var asRead = mailbox with { ModSeq = Math.Min(mailbox.ModSeq, view.Mailbox.HighestModSeq) };
        await AddAsync(accounts, account, asRead, others, uids, pages, cancel);
        return pages;
    }

    static async ValueTask<SortedDictionary<uint, OverviewPage>> ReadStoredAsync(
        AccountStore accounts,
        AccountId account,
        MailboxRow mailbox,
        uint first,
        uint last,
        CancellationToken cancel
    )
    {
        var stored = mailbox.OverviewPages.Intersect(UidSet.Of([(first, last)]));
        var pages = accounts.Overviews.Find(account, mailbox.Id, stored);
        var missing = stored.Except(UidSet.Of(pages.Keys));
        if (missing.IsEmpty)
            return pages;
        var range = OverviewRows.Range(account, mailbox.Id, missing.Ranges[0].First, missing.Ranges[^1].Last);
        await foreach (var row in accounts.Rows.ReadAsync(Tables.Mail, range, cancel))
        {
            var number = OverviewRows.PageOf(row.Key);
            var page = pages[number] = OverviewRows.From(row.Data);
            accounts.Overviews.Add(account, mailbox.Id, number, page);
        }
        return pages;
    }

    /// <param name="entries">All of the pages that are not there yet, by rising UID.</param>
    static async ValueTask AddAsync(
        AccountStore accounts,
        AccountId account,
        MailboxRow mailbox,
        IReadOnlyList<MessageEntry> entries,
        UidSet uids,
        SortedDictionary<uint, OverviewPage> pages,
        CancellationToken cancel
    )
    {
        var whole = new List<(uint Page, OverviewPage Overviews)>();
        foreach (var page in entries.GroupBy(entry => PageRows.PageOf(entry.Uid)))
        {
            var wanted = page.Where(entry => uids.Contains(entry.Uid)).ToList();
            if (wanted.Count == 0)
                continue;
            var isWhole = wanted.Count >= Many && IsFull(mailbox, page.Key);
            if (isWhole)
                wanted = [.. page];
            var overviews = await PackAsync(accounts, account, wanted, cancel);
            pages.Add(page.Key, overviews);
            if (isWhole && overviews.Count == wanted.Count)
                whole.Add((page.Key, overviews));
            if (whole.Count < PagesPerChange)
                continue;
            await KeepAsync(accounts, account, mailbox, whole, cancel);
            whole.Clear();
        }
        if (whole.Count > 0)
            await KeepAsync(accounts, account, mailbox, whole, cancel);
    }

    /// <summary>All UIDs of the page have been given: nothing joins it any more.</summary>
    static bool IsFull(MailboxRow mailbox, uint page) =>
        mailbox.UidNext > PageRows.FirstUid(page) + PageRows.UidsPerPage - 1 && mailbox.TailPage != page;

    /// <param name="isThere">False where the message has gone.</param>
    public delegate T Read<T>(MessageEntry entry, in Overview overview, bool isThere);

    /// <summary>Reads something of each message that was found, by rising UID; few pages are held at a time.</summary>
    public static async ValueTask<List<T>> EachAsync<T>(
        AccountStore accounts,
        AccountId account,
        FoundMessages found,
        Read<T> read,
        CancellationToken cancel
    )
    {
        var all = new List<T>(found.Uids.Count);
        foreach (var entries in found.Entries().Chunk(AtOnce))
        {
            var overviews = await AllOfAsync(accounts, account, found.View, entries, cancel);
            foreach (var entry in entries)
            {
                var isThere = overviews.TryFind(entry, out var overview);
                all.Add(read(entry, overview, isThere));
            }
        }
        return all;
    }

    /// <summary>The overviews of some messages, also those that pages do not keep.</summary>
    static async ValueTask<FoundOverviews> AllOfAsync(
        AccountStore accounts,
        AccountId account,
        MailboxView view,
        IReadOnlyList<MessageEntry> wanted,
        CancellationToken cancel
    )
    {
        var uids = UidSet.Of(wanted.Select(entry => entry.Uid));
        var found = new FoundOverviews(await OfAsync(accounts, account, view, uids, cancel));
        foreach (var entries in wanted.Where(entry => !found.Has(entry)).Chunk((int)PageRows.UidsPerPage))
            found.Add(entries, await PackAsync(accounts, account, entries, cancel, whole: true));
        return found;
    }

    /// <param name="whole">Long headers too, as far as their index has them.</param>
    static async ValueTask<OverviewPage> PackAsync(
        AccountStore accounts,
        AccountId account,
        IReadOnlyList<MessageEntry> entries,
        CancellationToken cancel,
        bool whole = false
    )
    {
        var ids = entries.Select(entry => entry.Email).Distinct().ToList();
        var emails = await FetchEmails.RunAsync(accounts, account, ids, cancel);
        var byId = emails.ToDictionary(email => email.Id);
        var packer = new OverviewPacker(whole);
        foreach (var entry in entries)
        {
            if (byId.TryGetValue(entry.Email, out var email) && !email.Index.IsEmpty)
                packer.Add(entry, email);
        }
        return new(packer.ToArray());
    }

    /// <summary>Best effort: what was read is right without it.</summary>
    static async ValueTask KeepAsync(
        AccountStore accounts,
        AccountId account,
        MailboxRow read,
        List<(uint Page, OverviewPage Overviews)> whole,
        CancellationToken cancel
    )
    {
        try
        {
            await accounts.ChangeAsync(
                account,
                change =>
                {
                    // Messages that were removed meanwhile are not to stay in an overview.
                    var isAsRead = change.Mailbox(read.Id) is { } now && now.ModSeq == read.ModSeq;
                    foreach (var (page, overviews) in isAsRead ? whole : [])
                        change.SetOverviews(read.Id, page, OverviewRows.ToRow(overviews.Packed));
                    return ValueTask.FromResult(isAsRead);
                },
                cancel
            );
        }
        catch (StoreException)
        {
            return; // whoever asks next keeps them
        }
    }
}
