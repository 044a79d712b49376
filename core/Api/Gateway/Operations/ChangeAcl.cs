using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Directory;
using Cloud.Store.Mailboxes;
using Cloud.Store.Sharing;

namespace Cloud.Api.Gateway.Operations;

/// <summary>SETACL and DELETEACL: hint, list, hint, so that what is broken off gives no rights and hides none.</summary>
static class ChangeAcl
{
    public static async ValueTask<Result> RunAsync(Sharing sharing, ChangeAclRequest request, CancellationToken cancel)
    {
        if (await NameAsync(sharing, request.Identifier, cancel) is not var (name, isDenial))
            return Refusals.BadIdentifier;
        if (!await sharing.IsOwnerAsync(request.Owner, request.Account.Id, cancel))
            return Refusals.NoMailbox;
        if (name == request.Owner)
            return Refusals.OwnRights;
        var isTaken = request.Action == FlagAction.Remove || request.Rights == MailboxRights.None;
        var account = await AccountAsync(sharing, request, name, isTaken, cancel);
        if (account is null)
            return Refusals.NoUser;

        var hints = sharing.HintsOf(request.Account.Id, request.Owner);
        if (!isTaken && !isDenial && !await hints.TryAddAsync(account.Value, cancel))
            return Refusals.TooManyShares;
        var dead = await DeadAsync(sharing, request, cancel);
        var grant = new Grant(name, account.Value, isDenial, request.Rights);
        var told = 0UL;
        var done = await sharing.Accounts.ChangeAsync(
            request.Account.Id,
            change =>
            {
                told = 0;
                return ValueTask.FromResult(Apply(change, request, grant, dead, out told));
            },
            cancel
        );
        // Who is gone has no hints either.
        if (!isDenial && !dead.Any(one => one.Account == account.Value))
            await hints.SettleAsync(account.Value, cancel, told);
        return done;
    }

    /// <param name="told">
    /// The revision that the reader is told; 0 where what can be listed and read is as it was, whatever else may be done there. It is
    /// told again where nothing at all is changed: the first time may have been broken off before it was.
    /// </param>
    static Result Apply(
        AccountChange change,
        ChangeAclRequest request,
        Grant grant,
        IReadOnlyCollection<Grant> dead,
        out ulong told
    )
    {
        told = 0;
        if (change.Mailbox(request.Mailbox) is not { } mailbox)
            return Refusals.NoMailbox;
        var acl = (mailbox.Acl ?? new(request.Owner, [])).Without(dead.Contains);
        var known = acl.Grants.FirstOrDefault(one => one.Name == grant.Name);
        // Whoever had the address before is somebody else.
        var before = known?.Account == grant.Account ? known.Rights : MailboxRights.None;
        var rights = request.Action switch
        {
            FlagAction.Add => before | grant.Rights,
            FlagAction.Remove => before & ~grant.Rights,
            _ => grant.Rights,
        };
        if (known is null && rights != MailboxRights.None && acl.Grants.Count >= Acl.MaxGrants)
            return Refusals.TooManyGrants;
        var after = grant with { Rights = rights };
        if (known != after && (known is not null || rights != MailboxRights.None))
            acl = acl.With(after);
        const MailboxRights shown = MailboxRights.Lookup | MailboxRights.Read;
        if (((before ^ rights) & shown) != MailboxRights.None)
            told = change.Revision;
        else if (known == after && (rights & shown) != MailboxRights.None)
            told = change.Before.Account.Revision;
        if (!acl.Grants.SequenceEqual(mailbox.Acl?.Grants ?? []))
            change.SetMailbox(mailbox with { Acl = acl });
        return Result.Ok;
    }

    /// <summary>Entries of users who are gone: nobody sees them, and they would fill the list.</summary>
    static async ValueTask<HashSet<Grant>> DeadAsync(
        Sharing sharing,
        ChangeAclRequest request,
        CancellationToken cancel
    )
    {
        var state = await sharing.Accounts.CurrentAsync(request.Account.Id, cancel);
        var dead = new HashSet<Grant>();
        foreach (var grant in state?.Find(request.Mailbox)?.Acl?.Grants ?? [])
        {
            if (grant.IsAnyone)
                continue;
            var user = await sharing.Directory.FindUserAsync(grant.Identifier, cancel);
            // What is remembered may be older than the grant.
            if (user?.Account != grant.Account)
                user = await sharing.Directory.ReadUserAsync(grant.Identifier, cancel);
            if (user?.Account != grant.Account)
                dead.Add(grant);
        }
        return dead;
    }

    /// <returns>The identifier without its dash, an address in the form in which they are compared; null for none.</returns>
    static async ValueTask<(string Name, bool IsDenial)?> NameAsync(
        Sharing sharing,
        string identifier,
        CancellationToken cancel
    )
    {
        // RFC 4314 §3
        if (SaslPrep.Prepare(identifier) is not { } prepared)
            return null;
        var isDenial = prepared[0] == '-';
        var name = isDenial ? prepared[1..] : prepared;
        if (name == Grant.Anyone)
            return (name, isDenial);
        var domain = await sharing.Directory.OnlyDomainAsync(cancel);
        var address = EmailAddress.TryParse(name) ?? EmailAddress.TryParse($"{name}@{domain}");
        return address is null ? null : (address.Key, isDenial);
    }

    /// <returns>Whose the identifier is, empty for anyone; null where it is nobody's to share with.</returns>
    static async ValueTask<AccountId?> AccountAsync(
        Sharing sharing,
        ChangeAclRequest request,
        string name,
        bool isTaken,
        CancellationToken cancel
    )
    {
        if (name == Grant.Anyone)
            return new AccountId("");
        if (
            await sharing.Directory.FindUserAsync(name, cancel)
                is { Removing: false, IsRoute: false, IsShared: false } user
            && await sharing.MaySeeAsync(request.Owner, name, cancel)
        )
            return user.Account;
        // What somebody had who is gone can be taken back.
        var state = isTaken ? await sharing.Accounts.CurrentAsync(request.Account.Id, cancel) : null;
        var grants = state?.Find(request.Mailbox)?.Acl?.Grants ?? [];
        return grants.FirstOrDefault(one => one.Identifier == name)?.Account;
    }
}
