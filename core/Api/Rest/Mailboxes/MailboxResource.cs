using Cloud.Api.Gateway.Operations;
using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Mailboxes;

namespace Cloud.Api.Rest.Mailboxes;

/// <summary><c>/users/{user}/mailboxes</c>: a user's mailboxes. <c>me</c> is the user of a key for one mailbox.</summary>
static class MailboxResource
{
    public static readonly IReadOnlyList<Route> Routes =
    [
        Route.Get("/users/{user}/mailboxes", ApiScope.Read, "List a user's mailboxes", ListAsync) with
        {
            Response = MailboxJson.Default.PageMailboxInfo,
            Query = [QueryParameter.After, QueryParameter.Limit],
        },
        Route.Post("/users/{user}/mailboxes", ApiScope.Mail, "Make a mailbox, and its parents", AddAsync) with
        {
            Request = MailboxJson.Default.NewMailbox,
            Response = MailboxJson.Default.MailboxInfo,
            Status = 201,
        },
        Route.Get("/users/{user}/mailboxes/{mailbox}", ApiScope.Read, "Show a mailbox", ShowAsync) with
        {
            Response = MailboxJson.Default.MailboxInfo,
            HasTag = true,
        },
        Route.Patch("/users/{user}/mailboxes/{mailbox}", ApiScope.Mail, "Rename or subscribe", ChangeAsync) with
        {
            Request = MailboxJson.Default.MailboxChange,
            Response = MailboxJson.Default.MailboxInfo,
            HasTag = true,
        },
        Route.Delete(
            "/users/{user}/mailboxes/{mailbox}",
            ApiScope.Mail,
            "Remove it with its messages",
            RemoveAsync
        ) with
        {
            HasTag = true,
        },
    ];

    static async ValueTask<ApiAnswer> ListAsync(ApiCall call, CancellationToken cancel)
    {
        var account = await call.AccountAsync(cancel);
        var page = Pages.ByName(call, await call.Rooms.Gateway.ListMailboxesAsync(account, cancel), Info);
        return ApiAnswer.Ok(page, MailboxJson.Default.PageMailboxInfo);
    }

    static async ValueTask<ApiAnswer> AddAsync(ApiCall call, CancellationToken cancel)
    {
        var account = await call.AccountAsync(cancel);
        var asked = await call.ReadAsync(MailboxJson.Default.NewMailbox, cancel);
        var made = await call.Rooms.Gateway.CreateMailboxAsync(account, asked.Name, MailboxRole.None, cancel);
        if (!made.IsOk)
            throw new ApiException(Refusals.ProblemOf(made.Refusal, made.Reason, "#/name"));
        var location = $"/users/{Uri.EscapeDataString(call["user"])}/mailboxes/{made.Value.Id}";
        return ApiAnswer
            .Created(Info(made.Value), MailboxJson.Default.MailboxInfo, location)
            .With("ETag", TagOf(made.Value));
    }

    static async ValueTask<ApiAnswer> ShowAsync(ApiCall call, CancellationToken cancel)
    {
        var (_, mailbox) = await FindAsync(call, cancel);
        return ApiAnswer.Ok(Info(mailbox), MailboxJson.Default.MailboxInfo).With("ETag", TagOf(mailbox));
    }

    static async ValueTask<ApiAnswer> ChangeAsync(ApiCall call, CancellationToken cancel)
    {
        var (account, mailbox) = await FindAsync(call, cancel);
        var asked = await call.ReadAsync(MailboxJson.Default.MailboxChange, cancel);
        call.Match(TagOf(mailbox));
        var accounts = call.Rooms.Backend.Accounts;
        Action<AccountChange>? check = change => Match(call, change, mailbox.Id);
        if (asked.Name is { } name && name != mailbox.Name)
        {
            Refusals.Check(await RenameMailbox.RunAsync(accounts, account, mailbox.Id, name, check, cancel), "#/name");
            check = null; // it is another one now, by this very request
        }
        if (asked.Subscribed is { } subscribed)
            Refusals.Check(
                await SubscribeMailbox.RunAsync(accounts, account, mailbox.Id, subscribed, check, cancel),
                "#"
            );
        return await ShownAsync(call, account, mailbox.Id, cancel);
    }

    static async ValueTask<ApiAnswer> RemoveAsync(ApiCall call, CancellationToken cancel)
    {
        var (account, mailbox) = await FindAsync(call, cancel);
        call.Match(TagOf(mailbox));
        var done = await DeleteMailbox.RunAsync(
            call.Rooms.Backend.Accounts,
            call.Rooms.Backend.Directory,
            account,
            mailbox.Id,
            change => Match(call, change, mailbox.Id),
            cancel
        );
        Refusals.Check(done, "#");
        return ApiAnswer.Done();
    }

    static async ValueTask<ApiAnswer> ShownAsync(
        ApiCall call,
        AccountId account,
        MailboxId id,
        CancellationToken cancel
    )
    {
        // By its id: the path may bear a name that it has no more.
        var mailbox = await call.MailboxAsync(account, $"{id}", cancel);
        return ApiAnswer.Ok(Info(mailbox), MailboxJson.Default.MailboxInfo).With("ETag", TagOf(mailbox));
    }

    /// <summary>The comparison once more, within the transaction that changes it.</summary>
    static void Match(ApiCall call, AccountChange change, MailboxId id)
    {
        var row = change.Mailbox(id);
        var all = change.AllMailboxes().ToDictionary(one => one.Id);
        call.Match(row is null ? null : TagOf(id, MailboxPaths.Compose(all, row), row.Subscribed));
    }

    /// <summary>Of what can be set; messages come and go without it.</summary>
    static string TagOf(Mailbox mailbox) => TagOf(mailbox.Id, mailbox.Name, mailbox.Subscribed);

    static string TagOf(MailboxId id, string name, bool subscribed) => EntityTag.Of($"{id} {subscribed} {name}");

    static async ValueTask<(AccountId Account, Mailbox Mailbox)> FindAsync(ApiCall call, CancellationToken cancel)
    {
        var account = await call.AccountAsync(cancel);
        return (account, await call.MailboxAsync(account, call["mailbox"], cancel));
    }

    static MailboxInfo Info(Mailbox mailbox) =>
        new(
            mailbox.Id.ToString(),
            mailbox.Name,
            mailbox.Role == MailboxRole.None ? null : $"{mailbox.Role}".ToLowerInvariant(),
            mailbox.Subscribed,
            mailbox.Messages,
            mailbox.Unseen,
            mailbox.Octets
        );
}
