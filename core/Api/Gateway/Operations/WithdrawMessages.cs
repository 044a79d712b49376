using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;

namespace Cloud.Api.Gateway.Operations;

/// <summary>Takes out again what an APPEND has put into a mailbox that is not to be done after all (RFC 3502 §3).</summary>
static class WithdrawMessages
{
    /// <param name="appended">Only messages that came by these transactions go.</param>
    public static async ValueTask<Result> RunAsync(
        AccountStore accounts,
        AccountId account,
        MailboxId mailbox,
        IReadOnlyList<TransactionId> appended,
        CancellationToken cancel
    )
    {
        Removed? removed;
        do
        {
            removed = await accounts.ChangeAsync(
                account,
                async change => change.Mailbox(mailbox) is { } row ? await RemoveAsync(change, row, appended) : null,
                cancel
            );
        } while (removed?.Next is not null);
        return removed is null ? Refusals.NoMailbox : Result.Ok;
    }

    static async ValueTask<Removed> RemoveAsync(
        AccountChange change,
        MailboxRow mailbox,
        IReadOnlyList<TransactionId> appended
    )
    {
        await change.ReadAheadAsync(appended.Select(EmailId.From));
        var uids = new List<uint>();
        foreach (var transaction in appended)
        {
            var email = await FindAsync(change, transaction);
            uids.AddRange((email?.Placements ?? []).Where(at => at.Mailbox == mailbox.Id).Select(at => at.Uid));
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
