using Cloud.Flow.Outbound;
using Cloud.Store;

namespace Cloud.Api.Gateway.Operations;

/// <summary>What of the outbox is an account's.</summary>
static class ListSubmissions
{
    public static async ValueTask<QueuedPage> RunAsync(
        OutboxControl outbox,
        AccountId account,
        bool? open,
        TransactionId? after,
        int limit,
        CancellationToken cancel
    )
    {
        var page = await outbox.ListAsync(new() { Account = account, IsOpen = open }, after, limit, cancel);
        return page with { Messages = [.. page.Messages.Select(ForSender)] };
    }

    /// <summary>Without what only who sends it needs, which is the most of it by far.</summary>
    public static QueuedMessage ForSender(QueuedMessage queued) =>
        queued with
        {
            Message = queued.Message with { Fields = default, BodyHash = default },
        };
}
