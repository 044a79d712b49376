using System.Collections.Concurrent;
using Cloud.Store.Ports;

namespace Cloud.Trust.Bayes;

/// <summary>The classifiers of accounts, at rest and for a while in memory.</summary>
/// <param name="rows">Where they are kept.</param>
/// <param name="table">The table of accounts.</param>
/// <param name="entropy">For the salts of new ones.</param>
/// <param name="time">For their age in memory.</param>
/// <param name="age">How long one in memory is believed: mail is judged by what was known so long ago.</param>
public sealed class JunkFilters(IRows rows, string table, Entropy entropy, TimeProvider time, TimeSpan age)
{
    /// <summary>Classifiers in memory, of some 55 KB each.</summary>
    const int MaxKept = 200;

    /// <summary>Tries against others who teach the same account at the same moment.</summary>
    const int MaxTries = 10;

    readonly ConcurrentDictionary<string, (JunkFilter? Filter, long ReadAt)> kept = new(StringComparer.Ordinal);

    /// <summary>An account's classifier; null where nothing was learned.</summary>
    /// <param name="account">Its partition.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="StoreException">The store cannot be read: judge without it.</exception>
    public async ValueTask<JunkFilter?> FindAsync(string account, CancellationToken cancel)
    {
        if (kept.TryGetValue(account, out var entry) && time.GetElapsedTime(entry.ReadAt) < age)
            return entry.Filter;
        var row = await rows.GetAsync(table, new(account, JunkFilterRow.Key), cancel);
        return Keep(account, row is null ? null : JunkFilterRow.From(row.Data));
    }

    /// <summary>Teaches an account's classifier messages: one read and one write. Repeating it changes nothing.</summary>
    /// <param name="account">Its partition.</param>
    /// <param name="messages">Their ids, and the tokens of each.</param>
    /// <param name="mail">What they are; null takes back what was learned from them.</param>
    /// <param name="cancel">Ends it before the write.</param>
    /// <returns>Whether anything changed.</returns>
    /// <exception cref="StoreException">Perhaps not learned: no mail is lost by it, and it may be repeated.</exception>
    public async ValueTask<bool> LearnAsync(
        string account,
        IReadOnlyList<(string Id, IReadOnlyList<string> Tokens)> messages,
        JunkClass? mail,
        CancellationToken cancel
    )
    {
        var key = new RowKey(account, JunkFilterRow.Key);
        for (var tries = 0; tries < MaxTries; tries++)
        {
            var row = await rows.GetAsync(table, key, cancel);
            var before = (row is null ? null : JunkFilterRow.From(row.Data)) ?? JunkFilter.New(entropy);
            var after = messages.Aggregate(before, (filter, each) => filter.Learn(each.Id, each.Tokens, mail));
            if (ReferenceEquals(before, after))
                return false;
            var data = JunkFilterRow.ToRow(after);
            var change = new RowTransaction(account);
            change = row is null ? change.Insert(key.Row, data) : change.Replace(key.Row, data, row.ETag);
            if ((await rows.CommitAsync(table, change, CancellationToken.None)).Committed)
            {
                Keep(account, after);
                return true;
            }
        }

        throw new StoreException("The classifier is changed by others without a pause");
    }

    JunkFilter? Keep(string account, JunkFilter? filter)
    {
        if (kept.Count >= MaxKept)
            kept.Clear();
        kept[account] = (filter, time.GetTimestamp());
        return filter;
    }
}
