using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Messages;

namespace Cloud.Flow.Hooks;

/// <summary>Removes mail that is kept only until the endpoints have it.</summary>
/// <remarks>What one of them has not taken stays, so that it can be replayed; the sweep removes it when that is over.</remarks>
sealed class TransientMail(HookStore store, AccountStore accounts)
{
    /// <exception cref="Store.Ports.StoreException">It stays; the sweep removes it.</exception>
    public async ValueTask ForgetAsync(MailEvent told, CancellationToken cancel)
    {
        if (!told.IsTransient || told.Account is not { } account)
            return;
        var hasIt = false;
        foreach (var hook in told.Hooks)
        {
            // None: the subscription was about others, or is gone.
            if (await store.FindAsync(hook, told.Number, cancel) is not { } delivery)
                continue;
            if (delivery.State != DeliveryState.Done)
                return;
            hasIt = true;
        }
        if (hasIt && TransactionId.TryParse(told.Transaction ?? "") is { } transaction)
            await RemoveAsync(new(account), transaction, cancel);
    }

    async ValueTask RemoveAsync(AccountId account, TransactionId transaction, CancellationToken cancel)
    {
        var number = EmailId.From(transaction);
        EmailId[] ids = [number, new(number.Value + 1)];
        var rows = await EmailReader.ReadAsync(accounts.Rows, account, ids, cancel);
        if (rows.FirstOrDefault(row => row.Email.Transaction == transaction) is not { } email)
            return;
        foreach (var place in email.Placements)
            await accounts.ChangeAsync(account, change => RemoveAsync(change, place), cancel);
    }

    static async ValueTask<bool> RemoveAsync(AccountChange change, Placement place)
    {
        if (change.Mailbox(place.Mailbox) is not { } mailbox)
            return false;
        var removed = await MessageRemoval.RemoveAsync(
            change,
            mailbox,
            UidSet.Of(place.Uid),
            place.Uid,
            onlyDeleted: false
        );
        return removed.Uids.Count > 0;
    }
}
