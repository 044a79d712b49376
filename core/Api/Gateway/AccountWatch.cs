using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Ports;

namespace Cloud.Api.Gateway;

/// <summary>IDLE: waits for a change of an account, by this process or by another.</summary>
/// <remarks>What the hub is told of is known at once. The rest is looked for, once for all who watch the account.</remarks>
/// <param name="look">Gives an account's revision as it is now.</param>
/// <param name="every">How often others' changes are looked for; null when the hub is told of all.</param>
public sealed class AccountWatch(
    WatchHub hub,
    Func<AccountId, CancellationToken, ValueTask<ulong>> look,
    TimeSpan? every,
    TimeProvider time
)
{
    public async ValueTask<ulong> WaitAsync(AccountId account, ulong since, CancellationToken cancel)
    {
        if (hub.Enter(account) is { } token && every is { } interval)
            _ = PollAsync(account, interval, token);
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

    async ValueTask LookAsync(AccountId account, CancellationToken cancel) =>
        hub.Announce(account, await look(account, cancel));

    /// <summary>Runs while anybody watches. What fails now is looked for again.</summary>
    async Task PollAsync(AccountId account, TimeSpan interval, object token)
    {
        do
        {
            await Task.Delay(interval, time);
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
