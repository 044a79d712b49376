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
        var edit = new MessageEdit(call, found);
        await MarkAsync(edit, FlagAction.Add, FlagsOf(asked, true), asked.AddKeywords, cancel);
        await MarkAsync(edit, FlagAction.Remove, FlagsOf(asked, false), asked.RemoveKeywords, cancel);
        if (target is not null)
            await edit.MoveAsync(target.Id, cancel);
        var after = await FoundMessage.FindAsync(call, cancel);
        return ApiAnswer.Ok(after.Summary(), MessageJson.Default.MessageSummary).With("ETag", after.Tag);
    }

    static async ValueTask<ApiAnswer> RemoveAsync(ApiCall call, CancellationToken cancel)
    {
        var found = await FoundMessage.FindAsync(call, cancel);
        call.Match(found.Tag);
        var bin = found.Mailboxes.FirstOrDefault(mailbox => mailbox.Role == MailboxRole.Trash);
        var isInBin = found.Places.All(place => place.Mailbox.Id == bin?.Id);
        var edit = new MessageEdit(call, found);
        if (bin is not null && !isInBin && call.Switch("permanent") != true)
            await edit.MoveAsync(bin.Id, cancel);
        else
            await edit.RemoveAsync(cancel);
        return ApiAnswer.Done();
    }

    static async ValueTask MarkAsync(
        MessageEdit edit,
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
        await edit.MarkAsync(action, flags, keywords ?? [], pointer, cancel);
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
}
