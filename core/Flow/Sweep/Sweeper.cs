using Cloud.Flow.Outbound;
using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Directory;
using Cloud.Store.Ports;

namespace Cloud.Flow.Sweep;

/// <summary>Removes what nobody needs any more: old log and thread rows, and blobs that no row names.</summary>
/// <remarks>
/// Run it every hour or so; a pass begins once a day. Steps: 1. users whose time to come back is over go, each account's
/// change log and threads are shortened, and routes' mail that is older than it is kept goes;
/// 2. blobs that nothing names are looked for, sixteenth by sixteenth; a later run removes them, if nothing names them
/// then either. A run stops at its limit and the next goes on: the place is kept in a row. Any step may be done twice,
/// and by two runs at a time.
/// </remarks>
public sealed class Sweeper
{
    /// <summary>From the beginning of one pass to that of the next.</summary>
    public static readonly TimeSpan PassEvery = TimeSpan.FromDays(1);

    /// <summary>After so many users the place is kept.</summary>
    const int UsersAtATime = 100;

    readonly AccountStore accounts;
    readonly MailDirectory directory;
    readonly AccountPruning pruning;
    readonly RouteRetention retention;
    readonly OrphanBlobs orphans;
    readonly OutboxSweep outbox;
    readonly Overdue overdue;
    readonly IQueues queues;

    internal Sweeper(AccountStore store, MailDirectory users, IQueues storeQueues)
    {
        (accounts, directory, queues) = (store, users, storeQueues);
        pruning = new(store);
        retention = new(store);
        orphans = new(store, queues);
        outbox = new(store.Rows, store.Time);
        overdue = new(store.Rows, storeQueues, store.Time);
    }

    IRows Rows => accounts.Rows;

    /// <summary>Works until all that is due is done, or until the limit.</summary>
    /// <param name="limit">How long it may work. It stops at the next place it can go on from, seconds later.</param>
    /// <exception cref="StoreException">The store fails; the next run goes on.</exception>
    public async ValueTask<SweepResult> RunAsync(TimeSpan limit, CancellationToken cancel)
    {
        var result = new SweepResult();
        var clock = new SweepClock(accounts.Time, accounts.Time.GetUtcNow() + limit, cancel);
        var state = await SweepRows.ReadAsync(Rows, cancel);
        if (state is not null)
            await orphans.RemoveAsync(state, result, clock);
        if (state is { Stage: SweepStage.Done } && clock.Now < state.Began + PassEvery)
            return result with { IsComplete = true };

        if (state is null or { Stage: SweepStage.Done })
        {
            await OldFailures.RemoveAsync(Rows, clock);
            await new ExpiredRows(Rows, result, clock).RemoveAsync();
            await OldDeliveries.RemoveAsync(Rows, clock);
            result.Requeued = await overdue.RequeueAllAsync(clock.End, clock.Cancel);
            await outbox.PruneAsync(result, clock);
            await DeadListeners.RemoveAsync(Rows, queues, result, clock);
            state = await BeginAsync(state, clock);
        }
        if (state is { Stage: SweepStage.Accounts })
            state = await PruneAsync(state, result, clock);
        if (state is { Stage: SweepStage.Blobs })
        {
            await StoreIdentity.WriteAsync(accounts.Blobs, state.Store, cancel);
            state = await orphans.SweepAsync(state, clock);
        }
        return result with { IsComplete = state?.Stage == SweepStage.Done };
    }

    ValueTask<SweepState?> BeginAsync(SweepState? last, SweepClock clock)
    {
        var store = last?.Store ?? accounts.Entropy.Bytes(StoreIdentity.Bytes);
        return SweepRows.WriteAsync(Rows, new(clock.Now, SweepStage.Accounts, "", 0, store, last?.ETag));
    }

    /// <summary>The time is over in which a deleted user could be had back; or somebody who removed it came to no end.</summary>
    /// <returns>False when the time for this run was over before all was gone.</returns>
    async ValueTask<bool> RemoveAsync(UserRow user, Row row, SweepResult result, SweepClock clock)
    {
        // From here on there is no way back: who restores it at the same moment has another ETag, and keeps it.
        var transaction = new RowTransaction(DirectoryRows.Partition);
        transaction.Replace(row.Key.Row, DirectoryRows.ToRow(user with { KeptUntil = null }), row.ETag);
        if (!(await directory.CommitAsync(transaction)).Committed)
            return true;
        var left = clock.End - clock.Now;
        using var end = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, clock.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(end.Token, clock.Cancel);
        try
        {
            await UserRemoval.RunAsync(accounts, directory, user, either.Token);
        }
        catch (OperationCanceledException) when (!clock.Cancel.IsCancellationRequested)
        {
            return false;
        }
        result.Users++;
        return true;
    }

    /// <summary>Step 1.</summary>
    /// <returns>Null when another run is at it; else how far it has come.</returns>
    async ValueTask<SweepState?> PruneAsync(SweepState state, SweepResult result, SweepClock clock)
    {
        var since = 0;
        await foreach (var row in Rows.ReadAsync(Tables.Directory, DirectoryRows.UsersAfter(state.Next), clock.Cancel))
        {
            var user = DirectoryRows.ToUser(row.Data);
            if (user.Removing && !(user.KeptUntil >= clock.Now) && !await RemoveAsync(user, row, result, clock))
                return await SweepRows.WriteAsync(Rows, state);
            if (!await retention.PruneAsync(user, clock)) // of routes, which nobody else removes
                return await SweepRows.WriteAsync(Rows, state);
            var messages = await pruning.PruneAsync(user.Account, result, clock);
            if (messages is null)
                return await SweepRows.WriteAsync(Rows, state);
            state = state with { Next = row.Key.Row, Messages = state.Messages + messages.Value };
            if (++since % UsersAtATime == 0 && await SweepRows.WriteAsync(Rows, state) is var kept)
            {
                if (kept is null)
                    return null;
                state = kept;
            }
        }
        return await SweepRows.WriteAsync(Rows, state with { Stage = SweepStage.Blobs, Next = "0" });
    }
}

/// <summary>When a run has to stop.</summary>
sealed record SweepClock(TimeProvider Time, DateTimeOffset End, CancellationToken Cancel)
{
    public DateTimeOffset Now => Time.GetUtcNow();

    public bool IsOver => Cancel.IsCancellationRequested || Now >= End;
}
