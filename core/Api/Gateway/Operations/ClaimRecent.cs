using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Mailboxes;

namespace Cloud.Api.Gateway.Operations;

/// <summary>Gives new messages' \Recent to one session alone (RFC 3501 §2.3.2).</summary>
static class ClaimRecent
{
    /// <param name="seen">The mailbox as the session reads it: messages after that are left to others.</param>
    /// <returns>The first UID that is recent for this session.</returns>
    public static async ValueTask<uint> RunAsync(
        AccountStore accounts,
        AccountId account,
        MailboxRow seen,
        CancellationToken cancel
    )
    {
        if (seen.FirstRecent >= seen.UidNext)
            return seen.UidNext;
        return await accounts.ChangeAsync(
            account,
            change =>
            {
                var now = change.Mailbox(seen.Id);
                if (now is null || now.FirstRecent >= seen.UidNext)
                    return ValueTask.FromResult(seen.UidNext);
                change.SetMailboxQuietly(now with { FirstRecent = seen.UidNext });
                return ValueTask.FromResult(now.FirstRecent);
            },
            cancel
        );
    }
}
