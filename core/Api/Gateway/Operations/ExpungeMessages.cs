using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Messages;

namespace Cloud.Api.Gateway.Operations;

/// <summary>EXPUNGE: some 90 messages a transaction, each by itself whole. Repeating it goes on where it stopped.</summary>
static class ExpungeMessages
{
    /// <param name="check">Looks at what is there inside the first transaction; what it throws stops the change. Null for nothing.</param>
    public static async ValueTask<Result<ExpungeResult>> RunAsync(
        AccountStore accounts,
        AccountId account,
        MailboxId mailbox,
        UidSet uids,
        bool onlyDeleted,
        CancellationToken cancel,
        Func<AccountChange, ValueTask>? check = null
    )
    {
        var removed = new List<uint>();
        uint? from = 1;
        var revision = 0UL;
        while (from is { } start)
        {
            var first = start == 1 ? check : null;
            var chunk = await accounts.ChangeAsync(
                account,
                async change =>
                {
                    await (first?.Invoke(change) ?? ValueTask.CompletedTask);
                    return change.Mailbox(mailbox) is { } row
                        ? await MessageRemoval.RemoveAsync(change, row, uids, start, onlyDeleted)
                        : null;
                },
                cancel
            );
            if (chunk is null)
                return Refusals.NoMailbox;
            removed.AddRange(chunk.Uids);
            (from, revision) = (chunk.Next, chunk.Revision);
        }
        return new ExpungeResult(revision, UidSet.Of(removed));
    }
}
