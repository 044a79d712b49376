using Cloud.Store.Accounts;
using Cloud.Store.Mailboxes;
using Cloud.Store.Ports;

namespace Cloud.Store.Sharing;

/// <summary>Forgets what those have seen of a mailbox who may read it no more, as many in one transaction as it holds.</summary>
static class SeenPruning
{
    /// <summary>Rows looked at for one transaction.</summary>
    const int PerTransaction = RowLimits.TransactionChanges - 5;

    public static async ValueTask RunAsync(
        AccountStore accounts,
        AccountId account,
        MailboxId mailbox,
        CancellationToken cancel
    )
    {
        string? continuation = null;
        do
        {
            var from = continuation;
            continuation = await accounts.ChangeAsync(
                account,
                change => RemoveSomeAsync(accounts, change, mailbox, from),
                cancel
            );
        } while (continuation is not null);
    }

    /// <returns>Where to go on; null at the end.</returns>
    static async ValueTask<string?> RemoveSomeAsync(
        AccountStore accounts,
        AccountChange change,
        MailboxId mailbox,
        string? from
    )
    {
        if (change.Mailbox(mailbox)?.Acl is not { } acl)
            return null;
        var range = SeenRows.Of(change.Id, mailbox);
        var page = await accounts.Rows.QueryAsync(Tables.Mail, range, from, PerTransaction, change.Cancel);
        foreach (var row in page.Rows)
        {
            // Whether a reader is one of anyone is not known by his account: where anyone may read, he is taken for one.
            if (!acl.RightsOf(SeenRows.ReaderOf(row.Key), isNeighbour: true).HasFlag(MailboxRights.Read))
                change.Sharing.Remove(row.Key.Row);
        }
        return page.Continuation;
    }
}
