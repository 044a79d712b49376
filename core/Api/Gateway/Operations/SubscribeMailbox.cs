using Cloud.Store;
using Cloud.Store.Accounts;

namespace Cloud.Api.Gateway.Operations;

/// <summary>SUBSCRIBE and UNSUBSCRIBE.</summary>
static class SubscribeMailbox
{
    public static ValueTask<Result> RunAsync(
        AccountStore accounts,
        AccountId account,
        MailboxId id,
        bool subscribed,
        CancellationToken cancel
    ) =>
        accounts.ChangeAsync(
            account,
            change =>
            {
                if (change.Mailbox(id) is not { } mailbox)
                    return ValueTask.FromResult(Refusals.NoMailbox);
                if (mailbox.Subscribed != subscribed)
                    change.SetMailbox(mailbox with { Subscribed = subscribed });
                return ValueTask.FromResult(Result.Ok);
            },
            cancel
        );
}
