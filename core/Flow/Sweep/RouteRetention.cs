using Cloud.Flow.Hooks;
using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Directory;
using Cloud.Store.Messages;

namespace Cloud.Flow.Sweep;

/// <summary>Removes mail of routes that is older than it is kept; of those that keep none, what no endpoint has taken.</summary>
sealed class RouteRetention(AccountStore accounts)
{
    /// <returns>False when the time was over before all was done.</returns>
    public async ValueTask<bool> PruneAsync(UserRow user, SweepClock clock)
    {
        if (!user.IsRoute || await accounts.CurrentAsync(user.Account, clock.Cancel) is not { } state)
            return true;
        var age = state.Account.Retention is > 0 and var days ? TimeSpan.FromDays(days) : HookControl.Age;
        var before = (clock.Now - age).ToUnixTimeSeconds();
        foreach (var mailbox in state.Mailboxes.Values.Where(mailbox => mailbox.Messages > 0))
        {
            while (await RemoveAsync(user.Account, mailbox.Id, before, clock.Cancel) > 0)
            {
                if (clock.IsOver)
                    return false;
            }
        }
        return !clock.IsOver;
    }

    /// <summary>Nobody appends to a route: the lower the UID, the older.</summary>
    /// <returns>How many are gone.</returns>
    async ValueTask<int> RemoveAsync(AccountId account, MailboxId id, long before, CancellationToken cancel)
    {
        return await accounts.ChangeAsync(account, RunAsync, cancel);

        async ValueTask<int> RunAsync(AccountChange change)
        {
            if (change.Mailbox(id) is not { } mailbox || await LastAsync(change, mailbox, before) is not { } last)
                return 0;
            var old = UidSet.Of([(1u, last)]);
            return (await MessageRemoval.RemoveAsync(change, mailbox, old, 1, onlyDeleted: false)).Uids.Count;
        }
    }

    static async ValueTask<uint?> LastAsync(AccountChange change, Store.Mailboxes.MailboxRow mailbox, long before)
    {
        uint? last = null;
        await foreach (var (_, entry) in change.Pages.EntriesAsync(mailbox, UidSet.All, 1, mailbox.UidNext - 1))
        {
            if (entry.Received >= before)
                break;
            last = entry.Uid;
        }
        return last;
    }
}
