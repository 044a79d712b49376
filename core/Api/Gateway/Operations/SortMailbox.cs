using Cloud.Store.Accounts;
using Cloud.Store.Messages;
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
        var order = new SortOrder(request.Criteria, found.Value.Scores);
        var messages = order.NeedsOverviews
            ? await FetchOverviews.EachAsync(
                accounts,
                request.Search.Account.Id,
                found.Value,
                (MessageEntry entry, in Overview overview, bool _) => order.Of(entry, overview),
                cancel
            )
            : [.. found.Value.Entries().Select(entry => order.Of(entry, default))];
        messages.Sort(order.Compare);
        var uids = messages.ConvertAll(message => message.Uid);
        return new SortResult(uids) { Scores = order.IsScored ? uids.ConvertAll(order.ScoreOf) : [] };
    }
}
