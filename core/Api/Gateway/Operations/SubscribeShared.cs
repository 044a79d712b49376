using Cloud.Store;
using Cloud.Store.Messages;
using Cloud.Store.Sharing;

namespace Cloud.Api.Gateway.Operations;

/// <summary>SUBSCRIBE to another's mailbox: kept with the reader's own account.</summary>
static class SubscribeShared
{
    /// <param name="owner">The address of whose mailbox it is; null where the reader has no right to anything there.</param>
    public static ValueTask<Result> RunAsync(
        Sharing sharing,
        Access account,
        string? owner,
        MailboxId mailbox,
        bool subscribed,
        CancellationToken cancel
    ) =>
        sharing.Accounts.ChangeAsync(
            account.By!.Account,
            change =>
            {
                var share = change.Before.Shares.GetValueOrDefault(account.Id);
                if (share is null && (owner is null || !subscribed))
                    return ValueTask.FromResult(Result.Ok);
                if (share is null && change.Before.Shares.Count >= Share.Most)
                    return ValueTask.FromResult(Refusals.TooManyShares);
                var known = share?.Subscribed ?? UidSet.Empty;
                var wanted = subscribed ? known.With(mailbox.Value) : known.Without(mailbox.Value);
                if (!ReferenceEquals(wanted, known))
                    change.Sharing.SetShare(account.Id, new(account.Id, share?.Address ?? owner!, wanted));
                return ValueTask.FromResult(Result.Ok);
            },
            cancel
        );
}
