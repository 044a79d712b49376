using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Ports;

namespace Cloud.Api.Gateway;

/// <summary>POP3's exclusive access: one session an account (RFC 1939 §4).</summary>
/// <remarks>
/// In this process a table decides. Where other processes serve the same store, a lease row <c>l!maildrop</c> does as
/// well: it ends by itself when its holder has crashed.
/// </remarks>
sealed class MaildropLocks(AccountStore accounts)
{
    const string Key = "l!maildrop";

    /// <summary>How long a crashed holder's lock lasts.</summary>
    static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);

    /// <summary>Three tries before a lease ends.</summary>
    static readonly TimeSpan RenewEvery = TimeSpan.FromSeconds(15);

    AccountStore Accounts => accounts;

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
            var token = accounts.Entropy.Next64();
            var etag = accounts.Options.SoleOwner ? "" : await TakeLeaseAsync(account, token, cancel);
            if (etag is not null)
                return new Held(this, account, token, etag);
        }
        catch (Exception)
        {
            LetGo(account);
            throw;
        }
        LetGo(account);
        return null;
    }

    void LetGo(AccountId account)
    {
        lock (guard)
            held.Remove(account);
    }

    /// <returns>The lease's ETag; null when another process holds it.</returns>
    async ValueTask<string?> TakeLeaseAsync(AccountId account, ulong token, CancellationToken cancel)
    {
        var row = await accounts.Rows.GetAsync(Tables.Mail, new(account.Value, Key), cancel);
        if (row?.Data.Time("Until") > accounts.Time.GetUtcNow())
            return null;
        return await WriteAsync(account, token, row?.ETag);
    }

    /// <summary>Prolongs a lease, also one that was last written by a try whose answer was a fault.</summary>
    /// <returns>Its ETag; null when another holder has it by now.</returns>
    async ValueTask<string?> RenewAsync(AccountId account, ulong token, string etag)
    {
        if (await WriteAsync(account, token, etag) is { } renewed)
            return renewed;
        var row = await accounts.Rows.GetAsync(Tables.Mail, new(account.Value, Key), CancellationToken.None);
        return row?.Data.Long("Token") == (long)token ? await WriteAsync(account, token, row.ETag) : null;
    }

    /// <param name="etag">Of the lease that is replaced; null when there is none.</param>
    async ValueTask<string?> WriteAsync(AccountId account, ulong token, string? etag)
    {
        var lease = new RowData { { "Until", accounts.Time.GetUtcNow() + Lease }, { "Token", (long)token } };
        var transaction = new RowTransaction(account.Value);
        if (etag is null)
            transaction.Insert(Key, lease);
        else
            transaction.Replace(Key, lease, etag);
        var commit = await accounts.Rows.CommitAsync(Tables.Mail, transaction, CancellationToken.None);
        return commit.Committed ? commit.ETags[0] : null;
    }

    sealed class Held : IAsyncDisposable
    {
        readonly MaildropLocks locks;
        readonly AccountId account;
        readonly SemaphoreSlim writing = new(1, 1);
        readonly ulong token;
        readonly ITimer? timer;
        string? etag;

        public Held(MaildropLocks owner, AccountId id, ulong name, string lease)
        {
            (locks, account, token, etag) = (owner, id, name, lease);
            if (lease.Length > 0)
                timer = owner.Accounts.Time.CreateTimer(_ => _ = RenewAsync(), null, RenewEvery, RenewEvery);
        }

        /// <summary>Prolongs the lease; a fault of the store is made good by the next round, well before it ends.</summary>
        async Task RenewAsync()
        {
            if (!await writing.WaitAsync(TimeSpan.Zero))
                return;
            try
            {
                if (etag is not null)
                    etag = await locks.RenewAsync(account, token, etag);
            }
            catch (StoreException)
            {
                return;
            }
            finally
            {
                writing.Release();
            }
        }

        public async ValueTask DisposeAsync()
        {
            if (timer is not null)
            {
                await timer.DisposeAsync();
                await writing.WaitAsync();
                await ReleaseAsync();
            }
            locks.LetGo(account);
        }

        async ValueTask ReleaseAsync()
        {
            if (etag is null)
                return;
            try
            {
                var transaction = new RowTransaction(account.Value).Delete(Key, etag);
                await locks.Accounts.Rows.CommitAsync(Tables.Mail, transaction, CancellationToken.None);
                etag = null;
            }
            catch (StoreException)
            {
                return; // it ends by itself
            }
        }
    }
}
