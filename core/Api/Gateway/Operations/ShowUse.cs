using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Ports;

namespace Cloud.Api.Gateway.Operations;

/// <summary>GETQUOTA: how much mail an account has.</summary>
static class ShowUse
{
    public static async ValueTask<AccountUse> RunAsync(
        AccountStore accounts,
        AccountId account,
        CancellationToken cancel
    )
    {
        var state = await accounts.CurrentAsync(account, cancel) ?? throw new AccountMissingException();
        return new(state.Account.Octets, state.Account.Quota);
    }
}
