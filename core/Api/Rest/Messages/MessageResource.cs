using Cloud.Api.Gateway;
using Cloud.Store;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;

namespace Cloud.Api.Rest.Messages;

/// <summary><c>/users/{user}/messages</c>: a user's mail, to read, to mark, to move and to remove.</summary>
static class MessageResource
{
    /// <summary>Keywords added or removed at once.</summary>
    const int MaxKeywords = 20;

    const string Message = "/users/{user}/messages/{message}";

    public static readonly IReadOnlyList<Route> Routes =
    [
        Route.Get(
            "/users/{user}/messages",
            ApiScope.Read,
            "List or search a mailbox, newest first",
            MessageList.ListAsync
        ) with
        {
            Response = MessageJson.Default.PageMessageSummary,
            Query = MessageList.Query,
        },
        Route.Get(Message, ApiScope.Read, "Show a message, taken apart", ShowAsync) with
        {
            Response = MessageJson.Default.MessageInfo,
            HasTag = true,
        },
        Route.Get($"{Message}/raw", ApiScope.Read, "Read a message as it came", MessageContent.RawAsync) with
        {
            ResponseType = MessageContent.MediaType,
            Headers = [MessageContent.Range],
        },
        Route.Get(
            $"{Message}/parts/{{part}}",
            ApiScope.Read,
            "Read an attachment, decoded",
            MessageContent.PartAsync
        ) with
        {
            ResponseType = "application/octet-stream",
            Headers = [MessageContent.Range],
        },
        Route.Get(
            "/users/{user}/threads/{thread}",
            ApiScope.Read,
            "List a conversation, oldest first",
            MessageList.ThreadAsync
        ) with
        {
            Response = MessageJson.Default.PageMessageSummary,
            Query = [QueryParameter.After, QueryParameter.Limit],
        },
        Route.Patch(Message, ApiScope.Mail, "Mark or move a message", ChangeAsync) with
        {
            Request = MessageJson.Default.MessageChange,
            Response = MessageJson.Default.MessageSummary,
            HasTag = true,
        },
        Route.Delete(Message, ApiScope.Mail, "Put a message into the bin, or from there away", RemoveAsync) with
        {
            Query = [new("permanent", "True: at once and for good", "boolean")],
            HasTag = true,
        },
    ];

    static async ValueTask<ApiAnswer> ShowAsync(ApiCall call, CancellationToken cancel)
    {
        var found = await FoundMessage.FindAsync(call, cancel);
        return call.Has(found.Tag)
            ? ApiAnswer.NotModified(found.Tag)
            : ApiAnswer
                .Ok(await MessageReading.InfoAsync(call, found, cancel), MessageJson.Default.MessageInfo)
                .With("ETag", found.Tag);
    }

    static async ValueTask<ApiAnswer> ChangeAsync(ApiCall call, CancellationToken cancel)
    {
        var found = await FoundMessage.FindAsync(call, cancel);
        var asked = await call.ReadAsync(MessageJson.Default.MessageChange, cancel);
        call.Match(found.Tag);
        var target = asked.Mailbox is { } name ? await TargetAsync(call, found.Account, name, cancel) : null;
        await MarkAsync(call, found, FlagAction.Add, FlagsOf(asked, true), asked.AddKeywords, cancel);
        await MarkAsync(call, found, FlagAction.Remove, FlagsOf(asked, false), asked.RemoveKeywords, cancel);
        if (target is not null)
            await MoveAsync(call, found, target.Id, cancel);
        var after = await FoundMessage.FindAsync(call, cancel);
        return ApiAnswer.Ok(after.Summary(), MessageJson.Default.MessageSummary).With("ETag", after.Tag);
    }

    static async ValueTask<ApiAnswer> RemoveAsync(ApiCall call, CancellationToken cancel)
    {
        var found = await FoundMessage.FindAsync(call, cancel);
        call.Match(found.Tag);
        var bin = found.Mailboxes.FirstOrDefault(mailbox => mailbox.Role == MailboxRole.Trash);
        var isInBin = found.Places.All(place => place.Mailbox.Id == bin?.Id);
        if (bin is not null && !isInBin && call.Switch("permanent") != true)
        {
            await MoveAsync(call, found, bin.Id, cancel);
            return ApiAnswer.Done();
        }
        foreach (var (mailbox, entry) in found.Places)
            Done(
                await call.Rooms.Gateway.ExpungeAsync(
                    found.Account,
                    mailbox.Id,
                    UidSet.Of(entry.Uid),
                    onlyDeleted: false,
                    cancel
                )
            );
        return ApiAnswer.Done();
    }

    /// <summary>What is there at every place comes to lie at one alone.</summary>
    static async ValueTask MoveAsync(ApiCall call, FoundMessage found, MailboxId target, CancellationToken cancel)
    {
        var isThere = found.Places.Any(place => place.Mailbox.Id == target);
        foreach (var (mailbox, entry) in found.Places.Where(place => place.Mailbox.Id != target))
        {
            var uids = UidSet.Of(entry.Uid);
            if (isThere)
                Done(
                    await call.Rooms.Gateway.ExpungeAsync(found.Account, mailbox.Id, uids, onlyDeleted: false, cancel)
                );
            else
                Done(await call.Rooms.Gateway.MoveAsync(new(found.Account, mailbox.Id, uids, target), cancel));
            isThere = true;
        }
    }

    static async ValueTask MarkAsync(
        ApiCall call,
        FoundMessage found,
        FlagAction action,
        MessageFlags flags,
        IReadOnlyList<string>? keywords,
        CancellationToken cancel
    )
    {
        if (flags == MessageFlags.None && keywords is not { Count: > 0 })
            return;
        var pointer = action == FlagAction.Add ? "#/addKeywords" : "#/removeKeywords";
        if (keywords?.Count > MaxKeywords)
            throw new ApiException(ApiProblem.Invalid(pointer, $"Up to {MaxKeywords} keywords at once."));
        foreach (var (mailbox, entry) in found.Places)
        {
            var done = await call.Rooms.Gateway.StoreFlagsAsync(
                new(found.Account, mailbox.Id, UidSet.Of(entry.Uid), action, flags, keywords ?? [], null),
                cancel
            );
            if (!done.IsOk)
                throw new ApiException(Refusals.ProblemOf(done.Refusal, done.Reason, pointer));
        }
    }

    static async ValueTask<Mailbox> TargetAsync(ApiCall call, AccountId account, string name, CancellationToken cancel)
    {
        try
        {
            return await call.MailboxAsync(account, name, cancel);
        }
        catch (ApiException)
        {
            throw new ApiException(ApiProblem.Invalid("#/mailbox", "There is no such mailbox."));
        }
    }

    static MessageFlags FlagsOf(MessageChange asked, bool value) =>
        (asked.Seen == value ? MessageFlags.Seen : 0)
        | (asked.Flagged == value ? MessageFlags.Flagged : 0)
        | (asked.Answered == value ? MessageFlags.Answered : 0)
        | (asked.Draft == value ? MessageFlags.Draft : 0);

    static void Done<T>(Result<T> result)
        where T : class
    {
        if (!result.IsOk)
            throw new ApiException(Refusals.ProblemOf(result.Refusal, result.Reason, "#"));
    }
}
