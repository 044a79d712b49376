using Cloud.Store;
using Cloud.Store.Accounts;

namespace Cloud.Api.Gateway.Operations;

/// <summary>SUBSCRIBE and UNSUBSCRIBE.</summary>
static class SubscribeMailbox
{
    /// <param name="check">Looks at what is there inside the transaction; what it throws stops the change. Null for nothing.</param>
    public static ValueTask<Result> RunAsync(
        AccountStore accounts,
        AccountId account,
        MailboxId id,
        bool subscribed,
        Action<AccountChange>? check,
        CancellationToken cancel
    ) =>
        accounts.ChangeAsync(
            account,
            change =>
            {
                check?.Invoke(change);
                if (change.Mailbox(id) is not { } mailbox)
                    return ValueTask.FromResult(Refusals.NoMailbox);
                if (mailbox.Subscribed != subscribed)
                    change.SetMailbox(mailbox with { Subscribed = subscribed });
                return ValueTask.FromResult(Result.Ok);
            },
            cancel
        );
}
