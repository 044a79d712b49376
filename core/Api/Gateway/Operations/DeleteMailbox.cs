using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Directory;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Store.Ports;
using Cloud.Store.Sharing;

namespace Cloud.Api.Gateway.Operations;

/// <summary>DELETE: one transaction makes the mailbox invisible, then its messages go in as many as it takes.</summary>
/// <remarks>What a crash leaves half done, the next LIST or DELETE of the account finishes.</remarks>
static class DeleteMailbox
{
    /// <param name="check">Looks at what is there inside the transaction; what it throws stops the change. Null for nothing.</param>
    public static async ValueTask<Result> RunAsync(
        AccountStore accounts,
        MailDirectory directory,
        AccountId account,
        MailboxId mailbox,
        Action<AccountChange>? check,
        CancellationToken cancel
    )
    {
        if (mailbox == MailboxRow.Inbox)
            return Refusals.InboxStays;
        Acl? acl = null;
        var doomed = await accounts.ChangeAsync(
            account,
            change =>
            {
                check?.Invoke(change);
                acl = change.Mailbox(mailbox)?.Acl;
                return DoomAsync(change, mailbox);
            },
            cancel
        );
        if (!doomed.IsOk)
            return doomed;
        if (acl is not null)
            await SettleAsync(new(accounts, directory, account, acl.Owner), mailbox, acl, cancel);
        await FinishAsync(accounts, account, cancel);
        return doomed;
    }

    /// <summary>
    /// Readers are told no more that something is shared with them, where it was only this, and are not subscribed to it. A fault
    /// leaves a hint too many; who was subscribed by a right of anyone's is found at his next LIST.
    /// </summary>
    static async ValueTask SettleAsync(ShareHints hints, MailboxId mailbox, Acl acl, CancellationToken cancel)
    {
        foreach (var grant in acl.Grants.Where(grant => !grant.IsDenial).DistinctBy(grant => grant.Account))
        {
            try
            {
                if (grant.IsAnyone)
                    await hints.SettleAsync(grant.Account, cancel);
                else
                    await hints.UnsubscribeAsync(grant.Account, mailbox, cancel);
            }
            catch (StoreException)
            {
                continue; // As below. A reader who is gone is no reason to leave the others out.
            }
        }
    }

    static async ValueTask<Result> DoomAsync(AccountChange change, MailboxId mailbox)
    {
        if (change.Mailbox(mailbox) is not { } row)
            return Refusals.NoMailbox;
        if (MailboxTree.HasChildren(change, mailbox))
            return Refusals.HasChildren;
        if (row is { Messages: 0, Acl: null })
            await RemoveAsync(change, mailbox);
        else
            change.SetMailbox(row with { Doomed = true, Role = MailboxRole.None });
        return Result.Ok;
    }

    /// <summary>Removes what is left of deleted mailboxes. A fault leaves the rest for another time.</summary>
    public static async ValueTask FinishAsync(AccountStore accounts, AccountId account, CancellationToken cancel)
    {
        try
        {
            while (await accounts.ChangeAsync(account, change => RemoveSomeAsync(accounts, change), cancel)) { }
        }
        catch (StoreException)
        {
            // The mailbox is gone for the user already, and durably so: nothing to be told.
            return;
        }
    }

    /// <returns>Whether there is more to do.</returns>
    static async ValueTask<bool> RemoveSomeAsync(AccountStore accounts, AccountChange change)
    {
        if (change.AllMailboxes().FirstOrDefault(row => row.Doomed) is not { } mailbox)
            return false;
        if (mailbox.Messages > 0)
        {
            var removed = await MessageRemoval.RemoveAsync(change, mailbox, UidSet.All, 1, onlyDeleted: false);
            if (removed.Uids.Count > 0)
                return true;
        }
        if (mailbox.Acl is null || !await RemoveMarksAsync(accounts, change, mailbox.Id))
            await RemoveAsync(change, mailbox.Id);
        return true;
    }

    /// <summary>What readers have seen goes with the mailbox.</summary>
    /// <returns>False when nothing is left.</returns>
    static async ValueTask<bool> RemoveMarksAsync(AccountStore accounts, AccountChange change, MailboxId mailbox)
    {
        const int limit = RowLimits.TransactionChanges - 5;
        var range = SeenRows.Of(change.Id, mailbox);
        var page = await accounts.Rows.QueryAsync(Tables.Mail, range, null, limit, change.Cancel);
        foreach (var row in page.Rows)
            change.Sharing.Remove(row.Key.Row);
        return page.Rows.Count > 0;
    }

    /// <summary>What was said of it goes with it (RFC 5464 §4.1).</summary>
    static async ValueTask RemoveAsync(AccountChange change, MailboxId mailbox)
    {
        await change.Metadata.RemoveAsync(mailbox);
        change.RemoveMailbox(mailbox);
    }
}
