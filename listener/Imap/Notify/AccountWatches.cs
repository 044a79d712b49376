using Cloud.Store;

namespace Cloud.Listener.Imap.Notify;

/// <summary>Watches of the accounts whose mailboxes a client wants to hear of; each ends when something has changed there.</summary>
/// <remarks>
/// A watch that failed has ended, too: who looks finds out whether the store is back. Where no revision is known the account is asked
/// for it first, a few at a time, and then watched at once.
/// </remarks>
sealed class AccountWatches : IDisposable
{
    readonly ImapSession session;
    readonly CancellationTokenSource closing = new();
    readonly CancellationToken closed;
    readonly SemaphoreSlim turns = new(ImapLimits.WatchesBegun);
    readonly Dictionary<AccountId, AccountListening> watches = [];

    public AccountWatches(ImapSession owner) => (session, closed) = (owner, closing.Token);

    /// <summary>Something may have happened.</summary>
    public bool HasNews => watches.Values.Any(one => one.HasNews);

    /// <summary>Accounts in which something may have happened, each with a revision that is to be looked beyond next.</summary>
    public Dictionary<AccountId, ulong> Ended() =>
        watches.Where(one => one.Value.HasNews).ToDictionary(one => one.Key, one => one.Value.Revision);

    /// <param name="since">The revision that is known; 0 for none, and then there is something to look at soon.</param>
    public void Begin(AccountId account, ulong since)
    {
        if (since == 0)
        {
            var first = WakingAsync(AskAsync(account));
            watches[account] = new(0, first, WakingAsync(FollowAsync(account, first)));
        }
        // What follows the first look is under way already.
        else if (watches.GetValueOrDefault(account)?.TrySee() != true)
        {
            watches[account] = new(since, null, WakingAsync(WatchAsync(account, since)));
        }
    }

    public bool HasFailed(AccountId account) => watches[account].HasFailed;

    /// <summary>Nobody listens to this one any more.</summary>
    public void Forget(AccountId account) => watches.Remove(account);

    /// <summary>The account's revision as it is now. Who is slow to answer is still waited for, but holds nobody back.</summary>
    async Task<ulong> AskAsync(AccountId account)
    {
        await turns.WaitAsync(closed);
        var asked = WatchAsync(account, 0);
        var turn = ((Task)asked).WaitAsync(ImapLimits.WatchTurn, session.Services.Time, closed);
        await turn.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        turns.Release();
        return await asked;
    }

    async Task<ulong> FollowAsync(AccountId account, Task<ulong> first) => await WatchAsync(account, await first);

    Task<ulong> WatchAsync(AccountId account, ulong since) =>
        session.Gateway.WatchAsync(account, since, closed).AsTask();

    Task<ulong> WakingAsync(Task<ulong> watch)
    {
        _ = watch.ContinueWith(
            static (ended, state) =>
            {
                _ = ended.Exception; // Seen: a failed watch wakes nobody, or an idle session would spin.
                if (ended.IsCompletedSuccessfully)
                    ((ImapSession)state!).Connection.Wake();
            },
            session,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default
        );
        return watch;
    }

    public void Dispose()
    {
        closing.Cancel();
        closing.Dispose();
        turns.Dispose();
    }
}
