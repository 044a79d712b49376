using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;

namespace Cloud.Api.Gateway.Operations;

/// <summary>Takes out again what an APPEND has put into a mailbox that is not to be done after all (RFC 3502 §3).</summary>
/// <remarks>
/// Whoever may only add to a mailbox removes nothing by it but what is the own, and new: the message's row says who has appended it,
/// where and when. What was copied or moved since stays where it is.
/// </remarks>
static class WithdrawMessages
{
    /// <param name="account">Whose mail, and who asks: only what that one has appended goes.</param>
    /// <param name="appended">Only messages that came by these transactions go.</param>
    public static async ValueTask<Result> RunAsync(
        AccountStore accounts,
        Access account,
        MailboxId mailbox,
        IReadOnlyList<TransactionId> appended,
        CancellationToken cancel
    )
    {
        Removed? removed;
        do
        {
            removed = await accounts.ChangeAsync(
                account.Id,
                async change =>
                    change.Mailbox(mailbox) is { } row
                        ? await RemoveAsync(change, row, account.Asking, appended)
                        : null,
                cancel
            );
        } while (removed?.Next is not null);
        return removed is null ? Refusals.NoMailbox : Result.Ok;
    }

    static async ValueTask<Removed> RemoveAsync(
        AccountChange change,
        MailboxRow mailbox,
        AccountId asking,
        IReadOnlyList<TransactionId> appended
    )
    {
        await change.ReadAheadAsync(appended.Select(EmailId.From));
        var uids = new List<uint>();
        foreach (var transaction in appended)
        {
            if (
                await FindAsync(change, transaction) is { Appended: { Place: var place } by } email
                && place.Mailbox == mailbox.Id
                && by.By == asking
                && change.Now - by.At <= GatewayLimits.WithdrawAge.TotalSeconds
                && email.Placements.Contains(place)
            )
                uids.Add(place.Uid);
        }
        return await MessageRemoval.RemoveAsync(change, mailbox, UidSet.Of(uids), 1, onlyDeleted: false);
    }

    /// <summary>Another transaction of the same moment may have had its number first; see <see cref="Depositing"/>.</summary>
    static async ValueTask<EmailRow?> FindAsync(AccountChange change, TransactionId transaction)
    {
        for (
            var id = EmailId.From(transaction);
            await change.EmailAsync(id) is { Row: var row };
            id = new(id.Value + 1)
        )
        {
            if (row.Email.Transaction == transaction)
                return row;
        }
        return null;
    }
}
