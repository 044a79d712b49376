using Cloud.Flow.Outbound;
using Cloud.Store;

namespace Cloud.Api.Gateway.Operations;

/// <summary>A message of the outbox, for the account that submitted it and nobody else.</summary>
static class ShowSubmission
{
    public static async ValueTask<QueuedDetails?> RunAsync(
        OutboxControl outbox,
        AccountId account,
        TransactionId submission,
        CancellationToken cancel
    )
    {
        if (await outbox.ShowAsync(submission, cancel) is not { } found || found.Message.Message.Account != account)
            return null;
        // Dialogues tell of smarthosts and their users: they are the operator's.
        return new(
            ListSubmissions.ForSender(found.Message),
            [.. found.Recipients.Select(to => to with { Transcript = null, History = [] })]
        );
    }
}
