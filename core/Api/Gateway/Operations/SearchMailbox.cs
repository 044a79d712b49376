using Cloud.Store.Accounts;
using Cloud.Store.Messages;

namespace Cloud.Api.Gateway.Operations;

/// <summary>SEARCH over the session's view of a mailbox.</summary>
static class SearchMailbox
{
    public static async ValueTask<Result<UidSet>> RunAsync(
        AccountStore accounts,
        SearchRequest request,
        CancellationToken cancel
    )
    {
        var view = await OpenMailbox.RunAsync(accounts, request.Account, request.Mailbox, false, cancel);
        return view is null ? Refusals.NoMailbox : UidSet.Empty;
    }
}
