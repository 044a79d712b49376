namespace Cloud.Store.Accounts;

/// <summary>Tells sessions of this process that an account has changed.</summary>
public sealed class WatchHub
{
    readonly Lock guard = new();
    readonly Dictionary<AccountId, Watch> watches = [];

    /// <summary>Called after a commit; costs next to nothing when nobody watches.</summary>
    public void Announce(AccountId account, ulong revision)
    {
        TaskCompletionSource? waiting;
        lock (guard)
        {
            if (!watches.TryGetValue(account, out var watch) || revision <= watch.Revision)
                return;
            watch.Revision = revision;
            waiting = watch.Next;
            watch.Next = new();
        }
        waiting.TrySetResult();
    }

    /// <summary>Begins to listen; read the account's revision after that and announce it.</summary>
    /// <returns>For the first watcher of the account a token of this time of watching; null for the others.</returns>
    public object? Enter(AccountId account)
    {
        lock (guard)
        {
            if (watches.TryGetValue(account, out var watch))
            {
                watch.Watchers++;
                return null;
            }
            watches.Add(account, watch = new() { Watchers = 1 });
            return watch;
        }
    }

    public void Leave(AccountId account)
    {
        lock (guard)
        {
            if (--watches[account].Watchers == 0)
                watches.Remove(account);
        }
    }

    /// <summary>Whether somebody has been watching all the time since <see cref="Enter"/> gave the token.</summary>
    public bool IsWatched(AccountId account, object token)
    {
        lock (guard)
            return ReferenceEquals(watches.GetValueOrDefault(account), token);
    }

    /// <summary>Waits for a revision beyond <paramref name="since"/>, between <see cref="Enter"/> and leave.</summary>
    public async ValueTask<ulong> WaitAsync(AccountId account, ulong since, CancellationToken cancel)
    {
        while (true)
        {
            Task next;
            lock (guard)
            {
                var watch = watches[account];
                if (watch.Revision > since)
                    return watch.Revision;
                next = watch.Next.Task;
            }
            await next.WaitAsync(cancel);
        }
    }

    sealed class Watch
    {
        public int Watchers { get; set; }

        public ulong Revision { get; set; }

        // Ends its waiters where they are announced to: who has heard that a change is made finds that the others know.
        public TaskCompletionSource Next { get; set; } = new();
    }
}
