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
        if (request.Entries.IsEmpty)
            return UidSet.Empty;
        var (first, last) = (request.Entries.Ranges[0].First, request.Entries.Ranges[^1].Last);
        var view = await OpenMailbox.RunAsync(accounts, request.Account, request.Mailbox, false, first, last, cancel);
        if (view is null)
            return Refusals.NoMailbox;
        var found = new List<uint>();
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
        foreach (var entries in undecided.Chunk(Batch))
            await SearchAsync(accounts, request, view.Mailbox.Keywords, entries, found, cancel);
        return UidSet.Of(found);
    }

    static async ValueTask SearchAsync(
        AccountStore accounts,
        SearchRequest request,
        IReadOnlyList<string> keywords,
        MessageEntry[] entries,
        List<uint> found,
        CancellationToken cancel
    )
    {
        var ids = entries.Select(entry => entry.Email).Distinct().ToList();
        var emails = await FetchEmails.RunAsync(accounts, request.Account, ids, cancel);
        var byId = emails.ToDictionary(email => email.Id);
        foreach (var entry in entries)
        {
            if (!byId.TryGetValue(entry.Email, out var email) || email.Index.IsEmpty)
                continue;
            var message = new MessageSearch(accounts.Blobs, entry, keywords, email);
            if (await message.MatchesAsync(request.Key, cancel))
                found.Add(entry.Uid);
        }
    }
}
