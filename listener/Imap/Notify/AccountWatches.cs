using Cloud.Store;

namespace Cloud.Listener.Imap.Notify;

/// <summary>Watches of the accounts whose mailboxes a client wants to hear of; each ends when something has changed there.</summary>
/// <remarks>A watch that failed has ended, too: who looks finds out whether the store is back.</remarks>
sealed class AccountWatches(ImapSession session) : IDisposable
{
    readonly CancellationTokenSource closing = new();
    readonly Dictionary<AccountId, (ulong Since, Task<ulong> Watch)> watches = [];

    /// <summary>Something may have happened.</summary>
    public bool HasNews => watches.Values.Any(one => one.Watch.IsCompleted);

    /// <summary>Accounts in which something may have happened, each with a revision that is to be looked beyond next.</summary>
    public Dictionary<AccountId, ulong> Ended() =>
        watches
            .Where(one => one.Value.Watch.IsCompleted)
            .ToDictionary(
                one => one.Key,
                one =>
                    one.Value.Watch.IsCompletedSuccessfully
                        ? Math.Max(one.Value.Since, one.Value.Watch.Result)
                        : one.Value.Since
            );

    /// <param name="since">The revision that is known; 0 for none, and then there is something to look at soon.</param>
    public void Begin(AccountId account, ulong since)
    {
        var watch = session.Gateway.WatchAsync(account, since, closing.Token).AsTask();
        watches[account] = (since, watch);
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
    }

    public bool HasFailed(AccountId account) =>
        watches[account].Watch is { IsCompleted: true, IsCompletedSuccessfully: false };

    /// <summary>Nobody listens to this one any more.</summary>
    public void Forget(AccountId account) => watches.Remove(account);

    public void Dispose()
    {
        closing.Cancel();
        closing.Dispose();
    }
}
