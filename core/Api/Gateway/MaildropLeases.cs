using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Ports;

namespace Cloud.Api.Gateway;

/// <summary>The maildrop's lock as a row, for whichever process is asked: a lease <c>l!maildrop</c> that ends by itself.</summary>
/// <remarks>The holder is who knows the token, so every step may be repeated, by any process.</remarks>
sealed class MaildropLeases(AccountStore accounts)
{
    const string Key = "l!maildrop";

    /// <summary>How long a crashed holder's lock lasts.</summary>
    static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);

    /// <summary>How often a holder prolongs it: three tries before it ends.</summary>
    public static readonly TimeSpan RenewEvery = TimeSpan.FromSeconds(15);

    /// <returns>False when somebody else holds it.</returns>
    public async ValueTask<bool> TakeAsync(AccountId account, ulong token, CancellationToken cancel)
    {
        var row = await ReadAsync(account, cancel);
        var isFree = row is null || row.Data.Time("Until") <= accounts.Time.GetUtcNow();
        return (isFree || IsOf(row, token)) && await WriteAsync(account, token, row?.ETag);
    }

    /// <summary>Prolongs the lease, also one that has ended if nobody took it since.</summary>
    /// <returns>False when another holder has it by now, or it was let go.</returns>
    public async ValueTask<bool> RenewAsync(AccountId account, ulong token, CancellationToken cancel)
    {
        var row = await ReadAsync(account, cancel);
        return IsOf(row, token) && await WriteAsync(account, token, row!.ETag);
    }

    /// <returns>False when it was not the holder's any more.</returns>
    public async ValueTask<bool> ReleaseAsync(AccountId account, ulong token, CancellationToken cancel)
    {
        var row = await ReadAsync(account, cancel);
        if (!IsOf(row, token))
            return false;
        var transaction = new RowTransaction(account.Value).Delete(Key, row!.ETag);
        return (await accounts.Rows.CommitAsync(Tables.Mail, transaction, CancellationToken.None)).Committed;
    }

    ValueTask<Row?> ReadAsync(AccountId account, CancellationToken cancel) =>
        accounts.Rows.GetAsync(Tables.Mail, new(account.Value, Key), cancel);

    static bool IsOf(Row? row, ulong token) => row?.Data.Long("Token") == (long)token;

    /// <param name="etag">Of the lease that is replaced; null when there is none.</param>
    async ValueTask<bool> WriteAsync(AccountId account, ulong token, string? etag)
    {
        var lease = new RowData { { "Until", accounts.Time.GetUtcNow() + Lease }, { "Token", (long)token } };
        var transaction = new RowTransaction(account.Value);
        if (etag is null)
            transaction.Insert(Key, lease);
        else
            transaction.Replace(Key, lease, etag);
        return (await accounts.Rows.CommitAsync(Tables.Mail, transaction, CancellationToken.None)).Committed;
    }
}
