using Cloud.Store.Accounts;
using Cloud.Store.Directory;
using Cloud.Store.Ports;

namespace Cloud.Store.Sharing;

/// <summary>Removes from others' accounts what a user who goes for good has left there. Repeating it goes on where it stopped.</summary>
static class Departure
{
    public static async ValueTask RunAsync(
        AccountStore accounts,
        MailDirectory directory,
        UserRow user,
        CancellationToken cancel
    )
    {
        await new ShareHints(accounts, directory, user.Account, user.Address).RemoveAllAsync(cancel);
        var hinted = (await accounts.CurrentAsync(user.Account, cancel))?.Shares.Keys ?? [];
        var scope = await directory.ScopeOfAsync(user.Address, cancel);
        var listed = (await directory.SharersAsync(scope, cancel)).Select(sharer => sharer.Account);
        foreach (var owner in hinted.Concat(listed).Distinct().Where(owner => owner != user.Account))
            await LeaveAsync(accounts, owner, user.Account, cancel);
    }

    static async ValueTask LeaveAsync(
        AccountStore accounts,
        AccountId owner,
        AccountId reader,
        CancellationToken cancel
    )
    {
        if (await accounts.CurrentAsync(owner, cancel) is not { } state)
            return;
        foreach (var mailbox in state.Mailboxes.Values.Where(row => row.Acl is not null))
            await accounts.ChangeAsync(owner, change => LeaveAsync(accounts, change, mailbox.Id, reader), cancel);
    }

    static async ValueTask<bool> LeaveAsync(
        AccountStore accounts,
        AccountChange change,
        MailboxId mailbox,
        AccountId reader
    )
    {
        if (change.Row(mailbox) is not { Acl: { } acl } row)
            return false;
        var key = SeenRows.Key(mailbox, reader);
        if (await accounts.Rows.GetAsync(Tables.Mail, new(change.Id.Value, key), change.Cancel) is not null)
            change.Sharing.Remove(key);
        if (acl.Grants.Any(grant => grant.Account == reader))
            change.SetMailboxQuietly(row with { Acl = acl.Without(grant => grant.Account == reader) });
        return true;
    }
}
