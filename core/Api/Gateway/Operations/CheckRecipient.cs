using Cloud.Flow.Door.Greylisting;
using Cloud.Flow.Submission;
using Cloud.Store;

namespace Cloud.Api.Gateway.Operations;

/// <summary>RCPT: may mail go to this address?</summary>
static class CheckRecipient
{
    public static async ValueTask<RecipientVerdict> RunAsync(
        Backend backend,
        CheckRecipientRequest request,
        CancellationToken cancel
    )
    {
        var (accounts, directory) = (backend.Accounts, backend.Directory);
        if (request.Authenticated is { } sender && !await backend.Rights.MaySendAsync(sender, request.From, cancel))
            return RecipientVerdict.SenderNotAllowed;
        if (request.Authenticated is { } account && backend.Submitting.IsKnownOver(account))
            return RecipientVerdict.OverSendLimit;
        if (await directory.ResolveAsync(request.To, cancel) is not { } targets)
        {
            return request.Authenticated is null ? RecipientVerdict.NotLocal
                : SenderRights.IsQualified(request.To) ? RecipientVerdict.Ok
                : RecipientVerdict.NotQualified;
        }
        if (targets.Count == 0)
            return RecipientVerdict.NoSuchUser;
        foreach (var target in targets)
        {
            // One account with room is enough: the message is then filed in all, rather than bounced by one.
            var state = await accounts.PeekAsync(target, cancel);
            if (state is not null && state.Account.HasRoom(Math.Max(request.DeclaredSize, 0)))
                return await GreylistAsync(backend, request, targets, cancel);
        }
        return RecipientVerdict.OverQuota;
    }

    /// <summary>A stranger whom the door finds suspicious waits, unless one of those who get the message knows the sender.</summary>
    static async ValueTask<RecipientVerdict> GreylistAsync(
        Backend backend,
        CheckRecipientRequest request,
        IReadOnlyList<AccountId> targets,
        CancellationToken cancel
    )
    {
        if (request.Greylist is not { } ticket)
            return RecipientVerdict.Ok;
        if (backend.Greylist.IsKnown(request.Client, ticket.SpfDomain))
            return RecipientVerdict.Ok;
        var grounds = GreylistGrounds.None;
        foreach (var target in request.From is null ? [] : targets)
        {
            if (!await backend.KnownSenders.TryKnowAsync(target, request.From!, cancel))
                continue;
            grounds = GreylistGrounds.KnownSender;
            break; // each is a read
        }
        var asked = new GreylistRequest(request.Client, request.From, request.To)
        {
            Grounds = grounds,
            SpfDomain = ticket.SpfDomain,
        };
        var verdict = await backend.Greylist.CheckAsync(asked, cancel);
        return verdict.IsDeferred ? RecipientVerdict.Greylisted : RecipientVerdict.Ok;
    }
}
