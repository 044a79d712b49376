using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Mailboxes;
using Cloud.Store.Ports;

namespace Cloud.Api.Gateway.Operations;

/// <summary>LIST: all mailboxes of an account.</summary>
static class ListMailboxes
{
    public static async ValueTask<IReadOnlyList<Mailbox>> RunAsync(
        AccountStore accounts,
        AccountId account,
        CancellationToken cancel
    ) => (await ReadAsync(accounts, account, cancel)).Mailboxes;

    public static async ValueTask<(AccountState State, IReadOnlyList<Mailbox> Mailboxes)> ReadAsync(
        AccountStore accounts,
        AccountId account,
        CancellationToken cancel
    )
    {
        var state = await accounts.CurrentAsync(account, cancel) ?? throw new AccountMissingException();
        if (state.Mailboxes.Values.Any(row => row.Doomed))
            await DeleteMailbox.FinishAsync(accounts, account, cancel);
        return (
            state,
            [
                .. state
                    .Mailboxes.Values.Where(row => !row.Doomed)
                    .Select(row => row.ToMailbox(MailboxPaths.Compose(state.Mailboxes, row)))
                    .OrderBy(mailbox => mailbox.Name, StringComparer.Ordinal),
            ]
        );
    }
}
