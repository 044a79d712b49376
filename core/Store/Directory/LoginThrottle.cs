using System.Security.Cryptography;
using System.Text;
using Cloud.Store.Ports;

namespace Cloud.Store.Directory;

/// <summary>Makes guessers wait: by the account they try and by the network they come from.</summary>
/// <remarks>
/// Each process counts for itself. Where several serve one store, failures are counted in rows as well, so that who
/// meets another process, or one that has just started, finds his failures there. A login that was checked a while ago
/// reads no row; one that fails writes two.
/// </remarks>
/// <param name="shared">Null where one process owns the store.</param>
sealed class LoginThrottle(TimeProvider time, IRows? shared)
{
    /// <summary>Failures by account before it has to wait.</summary>
    const int FreeByAccount = 5;

    /// <summary>Failures by address before it has to wait: a house or an office shares one.</summary>
    const int FreeByAddress = 20;

    /// <summary>Tries of one count against others'; they have counted then.</summary>
    const int Tries = 5;

    readonly Throttle accounts = new(time, FreeByAccount);
    readonly Throttle addresses = new(time, FreeByAddress);

    /// <summary>As far as this process knows.</summary>
    /// <param name="client">Null where it is not known: then only the account waits.</param>
    public TimeSpan WaitHere(string login, string? client) =>
        Longer(accounts.WaitOf(login), client is null ? TimeSpan.Zero : addresses.WaitOf(client));

    /// <summary>As far as any process knows.</summary>
    public async ValueTask<TimeSpan> WaitAsync(string login, string? client, CancellationToken cancel)
    {
        var here = WaitHere(login, client);
        if (shared is null || here > TimeSpan.Zero)
            return here;
        var byAccount = await shared.GetAsync(ThrottleRows.Table, ThrottleRows.Account(login), cancel);
        var byAddress = client is null
            ? null
            : await shared.GetAsync(ThrottleRows.Table, ThrottleRows.Address(client), cancel);
        return Longer(WaitOf(byAccount), WaitOf(byAddress));
    }

    /// <exception cref="StoreException">The failure is counted here, but perhaps not for the others.</exception>
    public async ValueTask FailAsync(string login, string? client)
    {
        accounts.Fail(login);
        if (client is not null)
            addresses.Fail(client);
        if (shared is null)
            return;
        await CountAsync(shared, ThrottleRows.Account(login), FreeByAccount);
        if (client is not null)
            await CountAsync(shared, ThrottleRows.Address(client), FreeByAddress);
    }

    /// <summary>The account's failures are forgotten; those of an address are not: it may know one password.</summary>
    public async ValueTask ForgetAsync(string login, CancellationToken cancel)
    {
        accounts.Forget(login);
        if (
            shared is null
            || await shared.GetAsync(ThrottleRows.Table, ThrottleRows.Account(login), cancel) is not { } row
        )
            return;
        var gone = new RowTransaction(row.Key.Partition).Delete(row.Key.Row, row.ETag);
        await shared.CommitAsync(ThrottleRows.Table, gone, CancellationToken.None);
    }

    async ValueTask CountAsync(IRows rows, RowKey key, int free)
    {
        for (var tries = 0; tries < Tries; tries++)
        {
            var row = await rows.GetAsync(ThrottleRows.Table, key, CancellationToken.None);
            var now = time.GetUtcNow();
            var count =
                1
                + (
                    row is not null && now - ThrottleRows.Last(row.Data) < Throttle.Memory
                        ? ThrottleRows.Count(row.Data)
                        : 0
                );
            var data = ThrottleRows.ToRow(count, now, now + Throttle.Wait(count, free));
            var transaction = new RowTransaction(key.Partition);
            if (row is null)
                transaction.Insert(key.Row, data);
            else
                transaction.Replace(key.Row, data, row.ETag);
            if ((await rows.CommitAsync(ThrottleRows.Table, transaction, CancellationToken.None)).Committed)
                return;
        }
    }

    TimeSpan WaitOf(Row? row)
    {
        var wait = row is null ? TimeSpan.Zero : ThrottleRows.Until(row.Data) - time.GetUtcNow();
        return Longer(wait, TimeSpan.Zero);
    }

    static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;
}

/// <summary>Table <c>throttle</c>, one partition: <c>a!{hash}</c> failures of an account, <c>n!{hash}</c> of a network.</summary>
/// <remarks>Hashed, since whatever somebody types for a name comes here. The sweep removes the old.</remarks>
static class ThrottleRows
{
    public const string Table = "throttle";

    public const string Partition = "logins";

    public static RowKey Account(string login) => Key('a', login);

    public static RowKey Address(string client) => Key('n', client);

    static RowKey Key(char kind, string name) =>
        new(
            Partition,
            $"{kind}!{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 16))}"
        );

    public static RowData ToRow(int count, DateTimeOffset last, DateTimeOffset until) =>
        new()
        {
            { "Count", count },
            { "Last", last },
            { "Until", until },
        };

    public static int Count(RowData row) => row.Int("Count");

    public static DateTimeOffset Last(RowData row) => row.Time("Last") ?? default;

    public static DateTimeOffset Until(RowData row) => row.Time("Until") ?? default;
}
