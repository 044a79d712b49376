using Cloud.Api.Gateway;
using Cloud.Store;
using Cloud.Store.Mailboxes;

namespace Cloud.Api.Rest.Mailboxes;

/// <summary><c>/users/{user}/mailboxes/{mailbox}/acl</c>: who beside the user may do what with a mailbox (RFC 4314).</summary>
static class AclResource
{
    const string Path = "/users/{user}/mailboxes/{mailbox}/acl";

    public static readonly IReadOnlyList<Route> Routes =
    [
        Route.Get(Path, ApiScope.Read, "List who may do what with a mailbox", ListAsync) with
        {
            Response = MailboxJson.Default.MailboxSharing,
        },
        Route.Put($"{Path}/{{identifier}}", ApiScope.Mail, "Let somebody read or change a mailbox", GrantAsync) with
        {
            Request = MailboxJson.Default.GrantedLetters,
            Response = MailboxJson.Default.MailboxSharing,
        },
        Route.Delete($"{Path}/{{identifier}}", ApiScope.Mail, "Take all such rights back", RevokeAsync),
    ];

    static async ValueTask<ApiAnswer> ListAsync(ApiCall call, CancellationToken cancel)
    {
        var account = await call.AccountAsync(cancel);
        return await ShownAsync(call, account, await call.MailboxAsync(account, call["mailbox"], cancel), cancel);
    }

    static async ValueTask<ApiAnswer> GrantAsync(ApiCall call, CancellationToken cancel)
    {
        var account = await call.AccountAsync(cancel);
        var mailbox = await call.MailboxAsync(account, call["mailbox"], cancel);
        var asked = await call.ReadAsync(MailboxJson.Default.GrantedLetters, cancel);
        if (RightsText.Parse(asked.Rights) is not { } rights)
            throw new ApiException(ApiProblem.Invalid("#/rights", "Rights are letters of lrswipkxtea."));
        await ChangeAsync(call, account, mailbox, rights, cancel);
        return await ShownAsync(call, account, mailbox, cancel);
    }

    static async ValueTask<ApiAnswer> RevokeAsync(ApiCall call, CancellationToken cancel)
    {
        var account = await call.AccountAsync(cancel);
        var mailbox = await call.MailboxAsync(account, call["mailbox"], cancel);
        await ChangeAsync(call, account, mailbox, MailboxRights.None, cancel);
        return ApiAnswer.Done();
    }

    static async ValueTask ChangeAsync(
        ApiCall call,
        AccountId account,
        Mailbox mailbox,
        MailboxRights rights,
        CancellationToken cancel
    )
    {
        var owner = await call.UserAsync(cancel);
        var request = new ChangeAclRequest(account, owner, mailbox.Id, call["identifier"], FlagAction.Replace, rights);
        Refusals.Check(await call.Rooms.Gateway.ChangeAclAsync(request, cancel), "#");
    }

    static async ValueTask<ApiAnswer> ShownAsync(
        ApiCall call,
        AccountId account,
        Mailbox mailbox,
        CancellationToken cancel
    )
    {
        var acl = await call.Rooms.Gateway.ShowAclAsync(account, mailbox.Id, cancel);
        if (!acl.IsOk)
            throw new ApiException(Refusals.ProblemOf(acl.Refusal, acl.Reason, "#"));
        var all = acl.Value.Entries.Select(entry => new SharedWith(entry.Identifier, entry.Rights.ToLetters()));
        return ApiAnswer.Ok(new MailboxSharing([.. all]), MailboxJson.Default.MailboxSharing);
    }
}
