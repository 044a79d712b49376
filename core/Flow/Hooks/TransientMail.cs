using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Messages;

namespace Cloud.Flow.Hooks;

/// <summary>Removes mail that is kept only until the endpoints have it, and have had time to follow its links.</summary>
/// <remarks>What one of them has not taken stays, so that it can be replayed; the sweep removes it when that is over.</remarks>
/// <param name="linkLife">How long the links that an attempt has made are good; zero where it makes none.</param>
sealed class TransientMail(HookStore store, AccountStore accounts, HookQueue queue, Func<TimeSpan> linkLife)
{
    /// <exception cref="Store.Ports.StoreException">It stays; the sweep removes it.</exception>
    public async ValueTask ForgetAsync(MailEvent told, CancellationToken cancel)
    {
        if (!told.IsTransient || told.Account is not { } account)
            return;
        if (await TakenAsync(told, cancel) is not { } taken)
            return;
        var left = taken + linkLife() - accounts.Time.GetUtcNow();
        if (left > TimeSpan.Zero)
            await queue.SendAsync(new(told) { IsOver = true }, left, cancel);
        else if (TransactionId.TryParse(told.Transaction ?? "") is { } transaction)
            await RemoveAsync(new(account), transaction, cancel);
    }

    /// <returns>When the last of the endpoints took it; null where one of them has not, or there is none.</returns>
    async ValueTask<DateTimeOffset?> TakenAsync(MailEvent told, CancellationToken cancel)
    {
        DateTimeOffset? taken = null;
        foreach (var (hook, number) in AllOf(told))
        {
            if (await store.FindAsync(hook, number, cancel) is { } delivery)
            {
                if (delivery.State != DeliveryState.Done)
                    return null;
                var at = delivery.Attempts is [.., var last] ? last.At : default;
                taken = taken > at ? taken : at;
            }
            // None yet: that one is still to be told. None ever: it is gone, switched off, or about other headers.
            else if (await store.FindAsync(hook, cancel) is { Hook: { IsEnabled: true, Rule.Header: null } })
                return null;
        }
        return taken;
    }

    /// <summary>Deliveries that there are to be, also of what other domains hear of the same message.</summary>
    static IEnumerable<(string Hook, TransactionId Number)> AllOf(MailEvent told) =>
        (told.Variants ?? [new(told.Id, told.Hooks)]).SelectMany(one =>
            one.Hooks.Select(hook => (hook, TransactionId.TryParse(one.Id) ?? default))
        );

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
