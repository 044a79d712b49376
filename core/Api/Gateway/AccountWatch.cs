using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Ports;

namespace Cloud.Api.Gateway;

/// <summary>IDLE: waits for a change of an account, by this process or by another.</summary>
/// <remarks>Changes of this process are told at once. Others' are looked for, once for all who watch the account.</remarks>
sealed class AccountWatch(AccountStore accounts, WatchHub hub)
{
    public async ValueTask<ulong> WaitAsync(AccountId account, ulong since, CancellationToken cancel)
    {
        if (hub.Enter(account) is { } token && !accounts.Options.SoleOwner)
            _ = PollAsync(account, token);
        try
        {
            await LookAsync(account, cancel);
            return await hub.WaitAsync(account, since, cancel);
        }
        finally
        {
            hub.Leave(account);
        }
    }

    async ValueTask LookAsync(AccountId account, CancellationToken cancel)
    {
        var state = await accounts.CurrentAsync(account, cancel) ?? throw new AccountMissingException();
        hub.Announce(account, state.Revision);
    }

    /// <summary>Runs while anybody watches. What fails now is looked for again.</summary>
    async Task PollAsync(AccountId account, object token)
    {
        do
        {
            await Task.Delay(accounts.Options.WatchInterval, accounts.Time);
            try
            {
                if (hub.IsWatched(account, token))
                    await LookAsync(account, CancellationToken.None);
            }
            catch (StoreException)
            {
                continue;
            }
        } while (hub.IsWatched(account, token));
    }
}
