using Cloud.Flow.Door.Greylisting;
using Cloud.Flow.Outbound.Forwarding;
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
        var accounts = backend.Accounts;
        if (request.Authenticated is { } sender && !await backend.Rights.MaySendAsync(sender, request.From, cancel))
            return RecipientVerdict.SenderNotAllowed;
        if (request.Authenticated is { } account && backend.Submitting.IsKnownOver(account))
            return RecipientVerdict.OverSendLimit;
        if (await backend.Expansion.FindAsync(request.To, cancel) is not { } leads)
        {
            return request.Authenticated is null ? RecipientVerdict.NotLocal
                : SenderRights.IsQualified(request.To) ? RecipientVerdict.Ok
                : RecipientVerdict.NotQualified;
        }
        if (leads.IsReturnPath)
            return await CheckReturnPathAsync(backend, request, leads, cancel);
        if (leads.IsNobody)
            return RecipientVerdict.NoSuchUser;
        if (leads.Accounts.Count == 0)
            return await GreylistAsync(backend, request, [], cancel);
        foreach (var target in leads.Accounts)
        {
            // One account with room is enough: the message is then filed in all, rather than bounced by one.
            var state = await accounts.PeekAsync(target, cancel);
            if (state is not null && state.Account.HasRoom(Math.Max(request.DeclaredSize, 0)))
                return await GreylistAsync(backend, request, leads.Accounts, cancel);
        }
        // What is passed on needs no room; the mailbox gets it over its limit rather than that nobody does.
        return leads.Outside.Count > 0
            ? await GreylistAsync(backend, request, leads.Accounts, cancel)
            : RecipientVerdict.OverQuota;
    }

    /// <summary>A report of mail that was forwarded goes back to its sender.</summary>
    static async ValueTask<RecipientVerdict> CheckReturnPathAsync(
        Backend backend,
        CheckRecipientRequest request,
        Expanded leads,
        CancellationToken cancel
    )
    {
        if (leads.Outside is not [var sender])
            return RecipientVerdict.BadReturnPath;
        if (request.From is not null)
            return RecipientVerdict.ReportsOnly;
        return await backend.Returns.TakeAsync(sender, cancel) ? RecipientVerdict.Ok : RecipientVerdict.TooManyReports;
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
