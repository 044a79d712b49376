using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Correspondents;
using Cloud.Store.Messages;
using Cloud.Store.Ports;

namespace Cloud.Flow.Sweep;

/// <summary>Shortens what grows with an account's history: its change log and its threads.</summary>
sealed class AccountPruning(AccountStore accounts)
{
    /// <summary>
    /// Days in which each account's threads are looked at once, on a day of its own: that reads a row for each message
    /// of two years.
    /// </summary>
    const int ThreadsEvery = 30;

    /// <returns>Messages of the account; null when the time was over before all was done.</returns>
    public async ValueTask<long?> PruneAsync(AccountId account, SweepResult result, SweepClock clock)
    {
        if (clock.IsOver)
            return null;
        var row = await accounts.Rows.GetAsync(Tables.Mail, new(account.Value, AccountRows.Key), clock.Cancel);
        if (row is null || AccountRows.From(row.Data) is not { Removed: false } kept)
            return 0;
        result.Accounts++;
        var isDone = await PruneLogAsync(account, kept, result, clock);
        if (isDone && IsDayOf(account, clock.Now))
        {
            isDone =
                await PruneThreadsAsync(account, result, clock)
                && await PruneCorrespondentsAsync(account, result, clock)
                && await PruneAsync(ImportRows.All(account), ImportRows.At, ImportRows.Age, clock) is not null;
        }

        return isDone ? kept.Messages : null;
    }

    async ValueTask<bool> PruneLogAsync(AccountId account, AccountRow row, SweepResult result, SweepClock clock)
    {
        var before = clock.Now - AccountStore.LogAge;
        if (row.LogSince >= before.ToUnixTimeSeconds() || row.LogFrom == row.Revision)
            return true;
        try
        {
            while (!clock.IsOver)
            {
                var pruned = await accounts.ChangeAsync(account, change => change.PruneLogAsync(before), clock.Cancel);
                result.LogRows += pruned;
                if (pruned == 0)
                    return true;
            }
            return false;
        }
        catch (AccountMissingException)
        {
            return true;
        }
    }

    static bool IsDayOf(AccountId account, DateTimeOffset now) =>
        account.Value.Sum(c => c) % ThreadsEvery == now.ToUnixTimeSeconds() / (24 * 60 * 60) % ThreadsEvery;

    async ValueTask<bool> PruneThreadsAsync(AccountId account, SweepResult result, SweepClock clock)
    {
        var removed = await PruneAsync(ThreadRows.Range(account), ThreadRows.At, ThreadRows.Age, clock);
        result.ThreadRows += removed ?? 0;
        return removed is not null;
    }

    async ValueTask<bool> PruneCorrespondentsAsync(AccountId account, SweepResult result, SweepClock clock)
    {
        var (range, age) = (CorrespondentRows.Range(account), CorrespondentRows.Age);
        var removed = await PruneAsync(range, CorrespondentRows.At, age, clock);
        result.CorrespondentRows += removed ?? 0;
        return removed is not null;
    }

    /// <returns>How many are gone; null when the time was over before all were looked at.</returns>
    /// <remarks>
    /// No other row tells of these, so they go without a change of the account. One that is written anew meanwhile has
    /// another ETag, and stays with those that would have gone with it until the next time.
    /// </remarks>
    async ValueTask<int?> PruneAsync(RowRange range, Func<RowData, DateTimeOffset> at, TimeSpan age, SweepClock clock)
    {
        var (before, removed) = (clock.Now - age, 0);
        var old = new RowTransaction(range.Partition);
        await foreach (var row in accounts.Rows.ReadAsync(Tables.Mail, range, clock.Cancel))
        {
            if (clock.IsOver)
                return null;
            if (at(row.Data) >= before)
                continue;
            old.Delete(row.Key.Row, row.ETag);
            if (old.Changes.Count == RowLimits.TransactionChanges)
            {
                removed += await CommitAsync(old);
                old = new(range.Partition);
            }
        }
        return removed + await CommitAsync(old);
    }

    async ValueTask<int> CommitAsync(RowTransaction old)
    {
        if (old.Changes.Count == 0)
            return 0;
        var commit = await accounts.Rows.CommitAsync(Tables.Mail, old, CancellationToken.None);
        return commit.Committed ? old.Changes.Count : 0;
    }
}
