using Cloud.Store.Accounts;
using Cloud.Store.Overviews;
using Cloud.Store.Search;

namespace Cloud.Api.Gateway.Operations;

/// <summary>SORT: a search whose finds are put in order (RFC 5256 §3).</summary>
static class SortMailbox
{
    public static async ValueTask<Result<SortResult>> RunAsync(
        AccountStore accounts,
        SortRequest request,
        CancellationToken cancel
    )
    {
        var found = await SearchMailbox.FindAsync(accounts, request.Search, cancel);
        if (!found.IsOk)
            return new Result(found.Refusal, found.Reason);
        var order = new SortOrder(request.Criteria);
        var entries = found.Value.Entries();
        var overviews = order.NeedsOverviews
            ? await FetchOverviews.AllOfAsync(accounts, request.Search.Account, found.Value.View, entries, cancel)
            : null;
        var messages = new List<SortedMessage>(entries.Count);
        foreach (var entry in entries)
        {
            if (overviews is not null && overviews.TryFind(entry, out var overview))
                messages.Add(order.Of(entry, overview));
            else
                messages.Add(order.Of(entry, default));
        }
        messages.Sort(order.Compare);
        return new SortResult(messages.ConvertAll(message => message.Uid));
    }
}
