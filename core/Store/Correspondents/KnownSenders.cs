using System.Collections.Concurrent;
using Cloud.Mail;
using Cloud.Store.Ports;

namespace Cloud.Store.Correspondents;

/// <summary>Whom the user of an account has written to, or whose mail was taken out of Junk.</summary>
/// <remarks>
/// A row for each, written without looking: nothing is read when mail is sent or comes in, and only one who wants to know
/// (greylisting, the junk filter) pays a read. That somebody's mail came in makes nobody known: it may be junk that
/// nobody has looked at.
/// </remarks>
sealed class KnownSenders(IRows rows, TimeProvider time)
{
    /// <summary>Addresses of accounts that this process has just written, and need not again.</summary>
    const int MaxRecent = 20_000;

    static readonly TimeSpan RecentFor = TimeSpan.FromDays(1);

    readonly ConcurrentDictionary<RowKey, long> recent = [];

    /// <summary>One read.</summary>
    /// <exception cref="StoreException">Nobody can tell.</exception>
    public async ValueTask<bool> KnowsAsync(AccountId account, EmailAddress sender, CancellationToken cancel)
    {
        var row = await rows.GetAsync(Tables.Mail, new(account.Value, CorrespondentRows.Key(sender)), cancel);
        return row is not null && time.GetUtcNow() - CorrespondentRows.At(row.Data) < CorrespondentRows.Age;
    }

    /// <summary>The same; false as well where nobody can tell.</summary>
    public async ValueTask<bool> TryKnowAsync(AccountId account, EmailAddress sender, CancellationToken cancel)
    {
        try
        {
            return await KnowsAsync(account, sender, cancel);
        }
        catch (StoreException)
        {
            return false;
        }
    }

    /// <summary>One write for a hundred addresses; none for those that were added within the day.</summary>
    /// <returns>False when the store failed: they are not known, or not all, until they are added again.</returns>
    public async ValueTask<bool> TryAddAsync(
        AccountId account,
        IEnumerable<EmailAddress> addresses,
        CancellationToken cancel
    )
    {
        var keys = addresses.Select(CorrespondentRows.Key).Distinct().Where(key => !IsRecent(account, key));
        foreach (var some in keys.ToArray().Chunk(RowLimits.TransactionChanges))
        {
            var transaction = new RowTransaction(account.Value);
            foreach (var key in some)
                transaction.Upsert(key, CorrespondentRows.ToRow(time.GetUtcNow()));
            try
            {
                await rows.CommitAsync(Tables.Mail, transaction, cancel);
            }
            catch (StoreException)
            {
                return false;
            }

            if (recent.Count + some.Length > MaxRecent)
                recent.Clear();
            foreach (var key in some)
                recent[new(account.Value, key)] = time.GetTimestamp();
        }

        return true;
    }

    /// <summary>Makes an address a stranger's again: its mail was put into Junk.</summary>
    /// <exception cref="StoreException">Perhaps not done.</exception>
    public async ValueTask RemoveAsync(AccountId account, EmailAddress address, CancellationToken cancel)
    {
        var key = CorrespondentRows.Key(address);
        recent.TryRemove(new(account.Value, key), out _);
        // A conflict means that there is none.
        await rows.CommitAsync(Tables.Mail, new RowTransaction(account.Value).Delete(key), cancel);
    }

    bool IsRecent(AccountId account, string key) =>
        recent.TryGetValue(new(account.Value, key), out var at) && time.GetElapsedTime(at) < RecentFor;
}
