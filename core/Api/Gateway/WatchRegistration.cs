using System.Collections.Concurrent;
using System.Globalization;
using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Ports;

namespace Cloud.Api.Gateway;

/// <summary>Has the changes of an account told to a listener: the store's side of a <see cref="ListenerWatch"/>.</summary>
public sealed class WatchRegistration
{
    /// <summary>Listeners whose row this process wrote a while ago; more are forgotten at once.</summary>
    const int KnownListeners = 1000;

    readonly AccountStore accounts;
    readonly ConcurrentDictionary<ulong, long> seen = new();

    internal WatchRegistration(AccountStore store) => accounts = store;

    /// <summary>
    /// Has changes told to the listener's queue for ten minutes. A row is written only when less than five are left;
    /// else one is read.
    /// </summary>
    /// <param name="listener">From <see cref="ListenerWatch.NewListener"/>.</param>
    /// <returns>The account's revision; what comes after it is told.</returns>
    /// <exception cref="ArgumentException">Not a listener's name.</exception>
    /// <exception cref="AccountMissingException">There is no such account.</exception>
    public async ValueTask<ulong> RegisterAsync(AccountId account, string listener, CancellationToken cancel)
    {
        var number = NumberOf(listener);
        await NoteAsync(number);
        return await accounts.ChangeAsync(
            account,
            change =>
            {
                change.Watch(number);
                return ValueTask.FromResult(change.Before.Revision);
            },
            cancel
        );
    }

    /// <summary>Whether a name is one that <see cref="ListenerWatch.NewListener"/> gives.</summary>
    public static bool IsListener(string name) => Number(name) != 0;

    /// <exception cref="ArgumentException">Not 16 hexadecimal digits.</exception>
    internal static ulong NumberOf(string listener) =>
        Number(listener) is > 0 and var number
            ? number
            : throw new ArgumentException("Not a listener's name", nameof(listener));

    static ulong Number(string name) =>
        name.Length == 16
        && ulong.TryParse(name, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number)
            ? number
            : 0;

    /// <summary>Keeps the queue from being taken for a dead listener's.</summary>
    async ValueTask NoteAsync(ulong listener)
    {
        if (seen.TryGetValue(listener, out var at) && accounts.Time.GetElapsedTime(at) < ListenerRows.SeenEvery)
            return;
        var row = ListenerRows.ToRow(accounts.Time.GetUtcNow());
        var transaction = new RowTransaction(ListenerRows.Partition).Upsert(ListenerRows.Key(listener), row);
        await accounts.Rows.CommitAsync(ListenerRows.Table, transaction, CancellationToken.None);
        if (seen.Count >= KnownListeners)
            seen.Clear();
        seen[listener] = accounts.Time.GetTimestamp();
    }
}
