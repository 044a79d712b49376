using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Directory;

namespace Cloud.Api.Gateway.Operations;

/// <summary>RCPT: may mail go to this address?</summary>
static class CheckRecipient
{
    public static async ValueTask<RecipientVerdict> RunAsync(
        AccountStore accounts,
        MailDirectory directory,
        CheckRecipientRequest request,
        CancellationToken cancel
    )
    {
        if (request.Authenticated is { } sender && !await OwnsAsync(directory, sender, request.From, cancel))
            return RecipientVerdict.SenderNotAllowed;
        if (await directory.ResolveAsync(request.To, cancel) is not { } targets)
            return RecipientVerdict.NotLocal;
        if (targets.Count == 0)
            return RecipientVerdict.NoSuchUser;
        foreach (var target in targets)
        {
            // One account with room is enough: the message is then filed in all, rather than bounced by one.
            var state = await accounts.PeekAsync(target, cancel);
            if (state is not null && state.Account.HasRoom(Math.Max(request.DeclaredSize, 0)))
                return RecipientVerdict.Ok;
        }
        return RecipientVerdict.OverQuota;
    }

    /// <summary>Whether a user may send with this reverse path: his own address, one that reaches him, or none.</summary>
    public static async ValueTask<bool> OwnsAsync(
        MailDirectory directory,
        AccountId sender,
        EmailAddress? from,
        CancellationToken cancel
    ) => from is null || (await directory.ResolveAsync(from, cancel) ?? []).Contains(sender);
}
