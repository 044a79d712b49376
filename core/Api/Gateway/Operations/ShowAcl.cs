using Cloud.Store;
using Cloud.Store.Mailboxes;

namespace Cloud.Api.Gateway.Operations;

/// <summary>GETACL: who beside the owner has which rights. Those whose user is gone have none, and are not told.</summary>
static class ShowAcl
{
    public static async ValueTask<Result<MailboxAcl>> RunAsync(
        Sharing sharing,
        AccountId account,
        MailboxId mailbox,
        CancellationToken cancel
    )
    {
        if ((await sharing.Accounts.CurrentAsync(account, cancel))?.Find(mailbox) is not { } row)
            return Refusals.NoMailbox;
        var entries = new List<AclEntry>();
        foreach (var grant in row.Acl?.Grants ?? [])
        {
            var user = grant.IsAnyone ? null : await sharing.Directory.FindUserAsync(grant.Identifier, cancel);
            if (grant.IsAnyone || user?.Account == grant.Account)
                entries.Add(new(grant.Name, grant.Rights));
        }
        return new MailboxAcl(entries);
    }
}
