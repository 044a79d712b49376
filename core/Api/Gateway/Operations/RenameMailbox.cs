using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;

namespace Cloud.Api.Gateway.Operations;

/// <summary>RENAME: one row gets another parent and name, and what lies below follows it (RFC 9051 §6.3.6).</summary>
static class RenameMailbox
{
    /// <param name="check">Looks at what is there inside the transaction; what it throws stops the change. Null for nothing.</param>
    public static async ValueTask<Result> RunAsync(
        AccountStore accounts,
        AccountId account,
        MailboxId mailbox,
        string name,
        Action<AccountChange>? check,
        CancellationToken cancel
    )
    {
        if (MailboxPaths.TryParse(name) is not { } levels)
            return Refusals.BadName;
        if (MailboxNamespaces.IsReserved(levels[0]))
            return Refusals.OthersName;
        if (mailbox == MailboxRow.Inbox)
            return await MoveInboxAsync(accounts, account, levels, check, cancel);
        return await accounts.ChangeAsync(
            account,
            change =>
            {
                check?.Invoke(change);
                return ValueTask.FromResult(Run(change, mailbox, levels));
            },
            cancel
        );
    }

    static Result Run(AccountChange change, MailboxId id, string[] levels)
    {
        if (change.Mailbox(id) is not { } mailbox)
            return Refusals.NoMailbox;
        if (MailboxTree.Find(change, levels) is not null)
            return Refusals.NameTaken;

        var parent = MailboxTree.Make(change, levels.AsSpan(..^1), MailboxRole.None);
        var refused = Refuse(change, mailbox, parent, levels);
        if (refused.IsOk)
            change.SetMailbox(mailbox with { Parent = parent?.Id ?? default, Name = levels[^1] });
        else
            change.Discard();
        return refused;
    }

    static Result Refuse(AccountChange change, MailboxRow mailbox, MailboxRow? parent, string[] levels)
    {
        if (parent is null && levels.Length > 1)
            return Refusals.TooManyMailboxes;
        if (parent is not null && MailboxTree.IsWithin(change, parent, mailbox.Id))
            return Refusals.IntoItself;
        return levels.Length + Height(change, mailbox.Id) > MailboxLimits.Depth ? Refusals.BadName : Result.Ok;
    }

    /// <summary>Levels below a mailbox.</summary>
    static int Height(AccountChange change, MailboxId mailbox)
    {
        var children = change.AllMailboxes().Where(row => !row.Doomed).ToLookup(row => row.Parent, row => row.Id);
        return Below(mailbox);

        int Below(MailboxId parent) => children[parent].Select(child => 1 + Below(child)).DefaultIfEmpty(0).Max();
    }

    /// <summary>INBOX stays, and so do the mailboxes below it; its messages go to a new mailbox.</summary>
    /// <remarks>The mailbox is made with the first messages in it; the others follow, some 90 at a time.</remarks>
    static async ValueTask<Result> MoveInboxAsync(
        AccountStore accounts,
        AccountId account,
        string[] levels,
        Action<AccountChange>? check,
        CancellationToken cancel
    )
    {
        var target = default(MailboxId);
        var begun = await accounts.ChangeAsync(
            account,
            async change =>
            {
                check?.Invoke(change);
                var created = CreateMailbox.Run(change, levels, MailboxRole.None);
                if (!created.IsOk)
                    return new(created.Refusal, created.Reason);
                target = created.Value.Id;
                await change.Metadata.CopyAsync(MailboxRow.Inbox, target); // RFC 5464 §4.1
                return await CopyMessages.MoveSomeAsync(change, MailboxRow.Inbox, target);
            },
            cancel
        );
        if (!begun.IsOk)
            return begun;
        var rest = new CopyRequest(account, MailboxRow.Inbox, UidSet.All, target);
        var moved = await CopyMessages.RunAsync(accounts, null, rest, move: true, cancel);
        return new(moved.Refusal, moved.Reason);
    }
}
