using Cloud.Api.Gateway.Wire;
using Cloud.Store;
using Cloud.Store.Directory;
using Cloud.Store.Ports;

namespace Cloud.Api.Gateway;

/// <summary>Tells sessions when what they logged in with counts no more: suspension, deletion, another password.</summary>
/// <remarks>
/// Looked at once for all sessions of a login, and only while there are any. What this process changes itself is looked at
/// at once; a change by another is seen with the next look.
/// </remarks>
/// <param name="look">Whether a login counts; may throw <see cref="StoreException"/>.</param>
public sealed class LoginWatch(Func<LoginStamp, CancellationToken, ValueTask<bool>> look, TimeProvider time)
{
    /// <summary>Between two looks; together with the age of what a directory remembers less than five minutes.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(270);

    /// <summary>Until the next look after one that failed.</summary>
    static readonly TimeSpan AfterFault = TimeSpan.FromSeconds(20);

    readonly Lock guard = new();
    readonly Dictionary<LoginStamp, Watch> watches = [];

    /// <summary>Ends when the login counts no more.</summary>
    public async ValueTask WaitAsync(LoginStamp login, CancellationToken cancel)
    {
        var watch = Enter(login);
        try
        {
            await watch.Ended.Task.WaitAsync(cancel);
        }
        finally
        {
            Leave(login, watch);
        }
    }

    /// <summary>A row of the directory has changed: looks at that user's logins now.</summary>
    internal void LookAgain(string row)
    {
        lock (guard)
        {
            foreach (var (_, watch) in watches.Where(one => DirectoryRows.User(one.Key.Login) == row))
                Hurry(watch);
        }
    }

    /// <summary>Those of an account that have sessions: to be asked for where something else is asked of it anyway.</summary>
    public IReadOnlyList<LoginStamp> Of(AccountId account)
    {
        lock (guard)
            return [.. watches.Keys.Where(login => login.Account == account).Take(WatchRequest.MaxLogins)];
    }

    /// <summary>Takes over what was learned of logins in passing: they need no look of their own for a while.</summary>
    /// <param name="ended">Stamps of those that count no more.</param>
    public void Learn(IReadOnlyList<LoginStamp> asked, IReadOnlyList<string> ended)
    {
        lock (guard)
        {
            foreach (var login in asked)
            {
                if (!watches.TryGetValue(login, out var watch))
                    continue;
                (watch.LookedAt, watch.HasFailed) = (time.GetTimestamp(), false);
                if (!ended.Contains(login.Stamp))
                    continue;
                Forget(login, watch);
                watch.Ended.TrySetResult();
            }
        }
    }

    Watch Enter(LoginStamp login)
    {
        lock (guard)
        {
            if (watches.TryGetValue(login, out var watch))
            {
                watch.Sessions++;
                return watch;
            }
            watches.Add(login, watch = new() { Sessions = 1, LookedAt = time.GetTimestamp() });
            _ = LookAsync(login, watch);
            return watch;
        }
    }

    void Leave(LoginStamp login, Watch watch)
    {
        lock (guard)
        {
            if (--watch.Sessions > 0)
                return;
            Forget(login, watch);
            Hurry(watch);
        }
    }

    void Forget(LoginStamp login, Watch watch)
    {
        if (watches.GetValueOrDefault(login) == watch)
            watches.Remove(login);
    }

    /// <summary>Not from within: what waits for it runs elsewhere.</summary>
    static void Hurry(Watch watch) => _ = watch.Pause.CancelAsync();

    /// <summary>Runs while there are sessions.</summary>
    async Task LookAsync(LoginStamp login, Watch watch)
    {
        var (pause, counts) = (Every, true);
        while (counts)
        {
            await Task.Delay(pause, time, watch.Pause.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            lock (guard)
            {
                if (watch.Sessions == 0 || watch.Ended.Task.IsCompleted)
                    return;
                pause = Every - time.GetElapsedTime(watch.LookedAt);
                if (watch.Pause.IsCancellationRequested)
                    watch.Pause = new();
                else if (pause > TimeSpan.Zero && !watch.HasFailed)
                    continue; // somebody else has looked meanwhile
            }
            try
            {
                counts = await look(login, CancellationToken.None);
                pause = Every;
                lock (guard)
                    (watch.LookedAt, watch.HasFailed) = (time.GetTimestamp(), false);
            }
            catch (Exception e) when (e is StoreException or OperationCanceledException)
            {
                pause = AfterFault;
                lock (guard)
                    watch.HasFailed = true;
            }
        }
        lock (guard)
            Forget(login, watch);
        watch.Ended.TrySetResult();
    }

    /// <summary>Changed under the lock alone.</summary>
    sealed class Watch
    {
        public int Sessions { get; set; }

        /// <summary>Cancelled where the next look is not to be waited for.</summary>
        public CancellationTokenSource Pause { get; set; } = new();

        /// <summary>A timestamp of the clock.</summary>
        public long LookedAt { get; set; }

        /// <summary>The last look did: the next is not to be put off because there was one before it.</summary>
        public bool HasFailed { get; set; }

        public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
