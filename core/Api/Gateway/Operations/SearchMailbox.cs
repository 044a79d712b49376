using Cloud.Store.Accounts;
using Cloud.Store.Messages;
using Cloud.Store.Search;

namespace Cloud.Api.Gateway.Operations;

/// <summary>SEARCH over the session's view of a mailbox: entries first, then messages that they do not decide.</summary>
static class SearchMailbox
{
    /// <summary>Messages read ahead at a time.</summary>
    const int Batch = 200;

    public static async ValueTask<Result<UidSet>> RunAsync(
        AccountStore accounts,
        SearchRequest request,
        CancellationToken cancel
    )
    {
        var found = await FindAsync(accounts, request, cancel);
        return found.IsOk ? UidSet.Of(found.Value.Uids) : new Result(found.Refusal, found.Reason);
    }

    /// <summary>What is found, and the part of the mailbox that was looked through.</summary>
    public static async ValueTask<Result<FoundMessages>> FindAsync(
        AccountStore accounts,
        SearchRequest request,
        CancellationToken cancel
    )
    {
        var (first, last) = request.Entries.IsEmpty
            ? (0u, 0u)
            : (request.Entries.Ranges[0].First, request.Entries.Ranges[^1].Last);
        var view = await OpenMailbox.RunAsync(accounts, request.Account, request.Mailbox, first, last, cancel);
        if (view is null)
            return Refusals.NoMailbox;
        var found = new List<uint>();
        var undecided = ByEntries(view, request, found);
        if (undecided.Count > 0 && OverviewSearch.Helps(request.Key))
            undecided = await ByOverviewsAsync(accounts, request, view, undecided, found, cancel);
        var scores = new Dictionary<uint, int>();
        foreach (var entries in undecided.Chunk(Batch))
            await SearchAsync(accounts, request, view.Mailbox.Keywords, entries, scores, cancel);
        found.AddRange(scores.Keys);
        return new FoundMessages(view, found) { Scores = scores };
    }

    /// <returns>Those that the entry does not decide.</returns>
    static List<MessageEntry> ByEntries(MailboxView view, SearchRequest request, List<uint> found)
    {
        var undecided = new List<MessageEntry>();
        foreach (var entry in view.Entries)
        {
            if (!request.Entries.Contains(entry.Uid))
                continue;
            var matches = EntrySearch.Matches(request.Key, entry, view.Mailbox.Keywords);
            if (matches is null)
                undecided.Add(entry);
            else if (matches.Value)
                found.Add(entry.Uid);
        }
        return undecided;
    }

    /// <returns>Those that the overview does not decide either.</returns>
    static async ValueTask<List<MessageEntry>> ByOverviewsAsync(
        AccountStore accounts,
        SearchRequest request,
        MailboxView view,
        List<MessageEntry> entries,
        List<uint> found,
        CancellationToken cancel
    )
    {
        var uids = UidSet.Of(entries.Select(entry => entry.Uid));
        var pages = await FetchOverviews.OfAsync(accounts, request.Account.Id, view, uids, cancel);
        var test = OverviewSearch.Compile(request.Key, view.Mailbox.Keywords);
        var undecided = new List<MessageEntry>();
        foreach (var entry in entries)
        {
            var matches =
                pages.TryGetValue(PageRows.PageOf(entry.Uid), out var page)
                && page.TryFind(entry.Uid, entry.Email, out var overview)
                    ? test(entry, overview)
                    : null;
            if (matches is null)
                undecided.Add(entry);
            else if (matches.Value)
                found.Add(entry.Uid);
        }
        return undecided;
    }

    static async ValueTask SearchAsync(
        AccountStore accounts,
        SearchRequest request,
        IReadOnlyList<string> keywords,
        MessageEntry[] entries,
        Dictionary<uint, int> found,
        CancellationToken cancel
    )
    {
        var ids = entries.Select(entry => entry.Email).Distinct().ToList();
        var emails = await FetchEmails.RunAsync(accounts, request.Account.Id, ids, cancel);
        var byId = emails.ToDictionary(email => email.Id);
        foreach (var entry in entries)
        {
            if (!byId.TryGetValue(entry.Email, out var email) || email.Index.IsEmpty)
                continue;
            var message = new MessageSearch(accounts.Blobs, entry, keywords, email);
            if (await message.MatchesAsync(request.Key, cancel))
                found.Add(entry.Uid, message.Score);
        }
    }
}

/// <param name="View">Whole pages of entries: those looked through and their neighbours.</param>
/// <param name="Uids">In no order.</param>
sealed record FoundMessages(MailboxView View, IReadOnlyList<uint> Uids)
{
    /// <summary>How well those match that had to be read, 1 to 100, by UID; the others match wholly.</summary>
    public IReadOnlyDictionary<uint, int> Scores { get; init; } = new Dictionary<uint, int>();

    /// <summary>By rising UID.</summary>
    public IReadOnlyList<MessageEntry> Entries()
    {
        if (Uids.Count == View.Entries.Count)
            return View.Entries;
        var wanted = Uids.ToHashSet();
        return [.. View.Entries.Where(entry => wanted.Contains(entry.Uid))];
    }
}
