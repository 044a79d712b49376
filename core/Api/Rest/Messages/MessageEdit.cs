using Cloud.Api.Gateway;
using Cloud.Api.Gateway.Operations;
using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Messages;

namespace Cloud.Api.Rest.Messages;

/// <summary>Changes a message at all its places, in some transactions.</summary>
/// <remarks>
/// With <c>If-Match</c>, the tag is compared inside each transaction until one of them has changed something: then it is
/// another tag, by this very request, and who compares with the old one hears 412.
/// </remarks>
sealed class MessageEdit(ApiCall call, FoundMessage found)
{
    readonly AccountStore accounts = call.Rooms.Backend.Accounts;
    bool isChanged;

    /// <param name="pointer">Where what is wrong with the keywords stands.</param>
    /// <exception cref="ApiException">412; or it is refused, and why.</exception>
    public async ValueTask MarkAsync(
        FlagAction action,
        MessageFlags flags,
        IReadOnlyList<string> keywords,
        string pointer,
        CancellationToken cancel
    )
    {
        foreach (var (mailbox, entry) in found.Places)
        {
            var uids = UidSet.Of(entry.Uid);
            var request = new StoreFlagsRequest(found.Account, mailbox.Id, uids, action, flags, keywords, null);
            var done = await StoreFlags.RunAsync(accounts, request, cancel, Check);
            if (!done.IsOk)
                throw new ApiException(Refusals.ProblemOf(done.Refusal, done.Reason, pointer));
            isChanged |= done.Value.Entries.Count > 0;
        }
    }

    /// <summary>What is there at every place comes to lie at one alone.</summary>
    /// <exception cref="ApiException">412; or it is refused, and why.</exception>
    public async ValueTask MoveAsync(MailboxId target, CancellationToken cancel)
    {
        var isThere = found.Places.Any(place => place.Mailbox.Id == target);
        foreach (var (mailbox, entry) in found.Places.Where(place => place.Mailbox.Id != target))
        {
            if (isThere)
                await RemoveAsync(mailbox.Id, entry.Uid, cancel);
            else
            {
                var request = new CopyRequest(found.Account, mailbox.Id, UidSet.Of(entry.Uid), target);
                var lessons = call.Rooms.Backend.Lessons;
                var done = await CopyMessages.RunAsync(accounts, lessons, request, move: true, cancel, Check);
                isChanged |= Done(done).Uids.Count > 0;
            }
            isThere = true;
        }
    }

    /// <summary>Takes it out of every place.</summary>
    /// <exception cref="ApiException">412; or it is refused, and why.</exception>
    public async ValueTask RemoveAsync(CancellationToken cancel)
    {
        foreach (var (mailbox, entry) in found.Places)
            await RemoveAsync(mailbox.Id, entry.Uid, cancel);
    }

    async ValueTask RemoveAsync(MailboxId mailbox, uint uid, CancellationToken cancel)
    {
        var uids = UidSet.Of(uid);
        var done = await ExpungeMessages.RunAsync(
            accounts,
            found.Account,
            mailbox,
            uids,
            onlyDeleted: false,
            cancel,
            Check
        );
        isChanged |= !Done(done).Uids.IsEmpty;
    }

    Func<AccountChange, ValueTask>? Check =>
        isChanged || call.Request.Header("If-Match") is null
            ? null
            : async change => call.Match(await FoundMessage.TagOfAsync(change, found.Email.Id));

    static T Done<T>(Result<T> result)
        where T : class =>
        result.IsOk ? result.Value : throw new ApiException(Refusals.ProblemOf(result.Refusal, result.Reason, "#"));
}
