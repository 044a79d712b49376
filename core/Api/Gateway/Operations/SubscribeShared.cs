using Cloud.Store;
using Cloud.Store.Mailboxes;

namespace Cloud.Api.Gateway.Operations;

/// <summary>SUBSCRIBE to another's mailbox, and UNSUBSCRIBE: kept with the reader's own account.</summary>
static class SubscribeShared
{
    /// <param name="owner">The address of whose mailbox it is; null where the reader has no right to anything there.</param>
    public static async ValueTask<Result> RunAsync(
        Sharing sharing,
        Access account,
        string? owner,
        MailboxId mailbox,
        bool subscribed,
        CancellationToken cancel
    )
    {
        var reader = account.By!.Account;
        if (subscribed)
            return owner is null || await sharing.HintsOf(account.Id, owner).TrySubscribeAsync(reader, mailbox, cancel)
                ? Result.Ok
                : Refusals.TooManyShares;
        var state = await sharing.Accounts.CurrentAsync(reader, cancel);
        if (state?.Shares.GetValueOrDefault(account.Id) is { } share)
            await sharing.HintsOf(share.Owner, share.Address).UnsubscribeAsync(reader, mailbox, cancel);
        return Result.Ok;
    }

    /// <summary>By its name, which the reader need not be allowed to look at any more.</summary>
    /// <param name="address">Its owner's when it was subscribed to.</param>
    public static async ValueTask<Result> EndAsync(
        Sharing sharing,
        Reader reader,
        string address,
        string name,
        CancellationToken cancel
    )
    {
        if (MailboxPaths.TryParse(name) is not { } levels)
            return Result.Ok;
        var shares = (await sharing.Accounts.CurrentAsync(reader.Account, cancel))?.Shares.Values ?? [];
        foreach (var share in shares.Where(share => share.Address == address))
        {
            var mailboxes = (await sharing.Accounts.CurrentAsync(share.Owner, cancel))?.Mailboxes;
            var mailbox = mailboxes?.Values.FirstOrDefault(row =>
                !row.Doomed && MailboxPaths.Compose(mailboxes, row) == string.Join(MailboxPaths.Separator, levels)
            );
            await sharing
                .HintsOf(share.Owner, address)
                .UnsubscribeAsync(reader.Account, mailbox?.Id ?? default, cancel);
        }
        return Result.Ok;
    }
}
