using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Mailboxes;

namespace Cloud.Api.Gateway.Operations;

/// <summary>CREATE: a mailbox and the parents it lacks, in one transaction (RFC 9051 §6.3.4).</summary>
static class CreateMailbox
{
    public static async ValueTask<Result<Mailbox>> RunAsync(
        AccountStore accounts,
        AccountId account,
        string name,
        MailboxRole role,
        CancellationToken cancel
    )
    {
        if (MailboxPaths.TryParse(name) is not { } levels)
            return Refusals.BadName;
        if (MailboxNamespaces.IsReserved(levels[0]))
            return Refusals.OthersName;
        return await accounts.ChangeAsync(account, change => ValueTask.FromResult(Run(change, levels, role)), cancel);
    }

    public static Result<Mailbox> Run(AccountChange change, string[] levels, MailboxRole role)
    {
        if (MailboxTree.Find(change, levels) is not null)
            return Refusals.NameTaken;
        if (role != MailboxRole.None && change.AllMailboxes().Any(row => row.Role == role && !row.Doomed))
            return Refusals.RoleTaken;
        if (MailboxTree.Make(change, levels, role) is { } mailbox)
            return mailbox.ToMailbox(string.Join(MailboxPaths.Separator, levels));
        change.Discard();
        return Refusals.TooManyMailboxes;
    }
}
