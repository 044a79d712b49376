using Cloud.Store.Messages;
using Cloud.Store.Ports;

namespace Cloud.Store.Accounts;

/// <summary>Removes an account with all its mail. Repeating it goes on where it stopped.</summary>
/// <remarks>
/// Steps: 1. the account row is marked, so that no change of anybody commits any more; 2. each message's blob goes,
/// then its row; 3. all other rows go, the account row last.
/// </remarks>
static class AccountRemoval
{
    public static async ValueTask RunAsync(AccountStore accounts, AccountId account, CancellationToken cancel)
    {
        if (!await accounts.MarkRemovedAsync(account, cancel))
            return;
        var messages = RowRange.Prefix(account.Value, EmailRows.Prefix);
        await RemoveAsync(accounts, messages, row => RemoveBlobAsync(accounts, row, cancel), cancel);
        var beforeAccount = new RowRange(account.Value, "", AccountRows.Key);
        var afterAccount = new RowRange(account.Value, AccountRows.Key + "!", null);
        await RemoveAsync(accounts, beforeAccount, _ => ValueTask.CompletedTask, cancel);
        await RemoveAsync(accounts, afterAccount, _ => ValueTask.CompletedTask, cancel);
        await accounts.RemoveLastRowAsync(account);
    }

    static async ValueTask RemoveBlobAsync(AccountStore accounts, Row row, CancellationToken cancel) =>
        await accounts.Blobs.DeleteAsync(EmailRows.From(row.Key, row.Data).Email.Blob, cancel);

    static async ValueTask RemoveAsync(
        AccountStore accounts,
        RowRange range,
        Func<Row, ValueTask> before,
        CancellationToken cancel
    )
    {
        while (true)
        {
            const int limit = RowLimits.TransactionChanges;
            string? continuation = null;
            RowPage page;
            do
            {
                page = await accounts.Rows.QueryAsync(Tables.Mail, range, continuation, limit, cancel);
                continuation = page.Continuation;
            } while (page.Rows.Count == 0 && continuation is not null);
            if (page.Rows.Count == 0)
                return;
            var transaction = new RowTransaction(range.Partition);
            foreach (var row in page.Rows)
            {
                await before(row);
                transaction.Delete(row.Key.Row);
            }
            // A conflict means that another removal is at work: what it left is read again.
            await accounts.Rows.CommitAsync(Tables.Mail, transaction, CancellationToken.None);
        }
    }
}
