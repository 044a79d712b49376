using Cloud.Store;
using Cloud.Store.Accounts;

namespace Cloud.Api.Gateway;

/// <summary>POP3's exclusive access: one session an account (RFC 1939 §4).</summary>
/// <remarks>In this process a table decides. Where other processes serve the same store, a lease does as well.</remarks>
sealed class MaildropLocks(AccountStore accounts)
{
    readonly MaildropLeases leases = new(accounts);
    readonly Lock guard = new();
    readonly HashSet<AccountId> held = [];

    public async ValueTask<IAsyncDisposable?> TakeAsync(AccountId account, CancellationToken cancel)
    {
        lock (guard)
        {
            if (!held.Add(account))
                return null;
        }
        try
        {
            if (accounts.Options.SoleOwner)
                return new Held(this, account, null);
            var token = accounts.Entropy.Next64();
            if (await leases.TakeAsync(account, token, cancel))
                return new Held(this, account, Hold(account, token));
        }
        catch (Exception)
        {
            LetGo(account);
            throw;
        }
        LetGo(account);
        return null;
    }

    HeldLease Hold(AccountId account, ulong token) =>
        new(
            cancel => leases.RenewAsync(account, token, cancel),
            cancel => leases.ReleaseAsync(account, token, cancel),
            accounts.Time
        );

    void LetGo(AccountId account)
    {
        lock (guard)
            held.Remove(account);
    }

    sealed class Held(MaildropLocks locks, AccountId account, HeldLease? lease) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            if (lease is not null)
                await lease.DisposeAsync();
            locks.LetGo(account);
        }
    }
}
