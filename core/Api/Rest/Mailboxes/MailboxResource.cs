using Cloud.Api.Gateway;
using Cloud.Store;
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
        },
        Route.Patch("/users/{user}/mailboxes/{mailbox}", ApiScope.Mail, "Rename or subscribe", ChangeAsync) with
        {
            Request = MailboxJson.Default.MailboxChange,
            Response = MailboxJson.Default.MailboxInfo,
        },
        Route.Delete("/users/{user}/mailboxes/{mailbox}", ApiScope.Mail, "Remove it with its messages", RemoveAsync),
    ];

    static async ValueTask<ApiAnswer> ListAsync(ApiCall call, CancellationToken cancel)
    {
        var account = await call.AccountAsync(cancel);
        var after = call.After;
        var all = await call.Rooms.Gateway.ListMailboxesAsync(account, cancel);
        var rest = all.Where(mailbox => after is null || string.CompareOrdinal(mailbox.Name, after) > 0)
            .OrderBy(mailbox => mailbox.Name, StringComparer.Ordinal)
            .ToList();
        var page = rest.Take(call.Limit).ToList();
        var next = page.Count < rest.Count ? Cursor.Encode(page[^1].Name) : null;
        return ApiAnswer.Ok(new([.. page.Select(Info)], next), MailboxJson.Default.PageMailboxInfo);
    }

    static async ValueTask<ApiAnswer> AddAsync(ApiCall call, CancellationToken cancel)
    {
        var account = await call.AccountAsync(cancel);
        var asked = await call.ReadAsync(MailboxJson.Default.NewMailbox, cancel);
        var made = await call.Rooms.Gateway.CreateMailboxAsync(account, asked.Name, MailboxRole.None, cancel);
        if (!made.IsOk)
            throw new ApiException(Refusals.ProblemOf(made.Refusal, made.Reason, "#/name"));
        var location = $"/users/{Uri.EscapeDataString(call["user"])}/mailboxes/{made.Value.Id}";
        return ApiAnswer.Created(Info(made.Value), MailboxJson.Default.MailboxInfo, location);
    }

    static async ValueTask<ApiAnswer> ShowAsync(ApiCall call, CancellationToken cancel)
    {
        var (_, mailbox) = await FindAsync(call, cancel);
        return ApiAnswer.Ok(Info(mailbox), MailboxJson.Default.MailboxInfo);
    }

    static async ValueTask<ApiAnswer> ChangeAsync(ApiCall call, CancellationToken cancel)
    {
        var (account, mailbox) = await FindAsync(call, cancel);
        var asked = await call.ReadAsync(MailboxJson.Default.MailboxChange, cancel);
        if (asked.Name is { } name && name != mailbox.Name)
            Refusals.Check(await call.Rooms.Gateway.RenameMailboxAsync(account, mailbox.Id, name, cancel), "#/name");
        if (asked.Subscribed is { } subscribed)
            Refusals.Check(await call.Rooms.Gateway.SubscribeAsync(account, mailbox.Id, subscribed, cancel), "#");
        return await ShowAsync(call, cancel);
    }

    static async ValueTask<ApiAnswer> RemoveAsync(ApiCall call, CancellationToken cancel)
    {
        var (account, mailbox) = await FindAsync(call, cancel);
        Refusals.Check(await call.Rooms.Gateway.DeleteMailboxAsync(account, mailbox.Id, cancel), "#");
        return ApiAnswer.Done();
    }

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
