using System.Collections.Concurrent;
using System.Globalization;
using Cloud.Store.Ports;

namespace Cloud.Flow.Door.Rates;

/// <summary>Limits that hold over all processes together: messages and recipients of an account in a time.</summary>
/// <remarks>
/// A window slides over two buckets: about right at any time, and never more than twice the limit in one window's length.
/// Without parts, a message costs one read and one write. With them a process counts by itself until it has a part of a
/// limit together, and tells the store of those at once: with 20 parts and a limit of 200, two operations for ten
/// messages. So many processes may let through so many parts more than the limit, and one that ends forgets a part at
/// most. What a process knows to be over a limit costs nothing.
/// Nothing is thrown.
/// </remarks>
/// <param name="rows">Where the counts are shared.</param>
/// <param name="time">Tells the windows.</param>
/// <param name="parts">Into how many a limit is cut: more are exacter and dearer; 0 tells the store each time.</param>
public sealed class SharedRates(IRows rows, TimeProvider time, int parts = 0)
{
    /// <summary>Limits of one account.</summary>
    public const int MaxLimits = 8;

    /// <summary>Tries against other processes' counts.</summary>
    const int Tries = 8;

    /// <summary>Subjects remembered, some 200 octets each; with more all are forgotten, with a part of their counts.</summary>
    const int MaxTallies = 20_000;

    readonly Stripes stripes = new();
    readonly ConcurrentDictionary<RowKey, RateTally> tallies = [];

    /// <summary>Counts a message with its recipients, if that is within all limits.</summary>
    /// <param name="subject">Whose limits: an account's id.</param>
    /// <param name="limits">At most <see cref="MaxLimits"/>; none costs nothing.</param>
    /// <param name="recipients">Of the message.</param>
    /// <param name="cancel">Ends it: nobody can tell then.</param>
    public async ValueTask<RateVerdict> TakeAsync(
        string subject,
        IReadOnlyList<RateLimit> limits,
        int recipients,
        CancellationToken cancel
    )
    {
        if (limits.Count == 0)
            return new(RateOutcome.Ok, "no limit");
        if (limits.Count > MaxLimits || limits.Any(limit => !limit.IsSound))
            throw new ArgumentException("Limits that are none, or too many", nameof(limits));
        var hash = RateRows.Hash(subject);
        var key = RateRows.Key(hash);
        var turn = stripes.Of(hash);
        try
        {
            await turn.WaitAsync(cancel);
            try
            {
                var tally = TallyOf(key);
                return TakeHere(tally, limits, recipients)
                    ?? await TryTakeAsync(key, tally, limits, recipients, cancel);
            }
            finally
            {
                turn.Release();
            }
        }
        catch (OperationCanceledException)
        {
            return new(RateOutcome.Unavailable, "out of time");
        }
    }

    /// <summary>What nobody can tell of comes in, and counts here until the store hears of it.</summary>
    async ValueTask<RateVerdict> TryTakeAsync(
        RowKey key,
        RateTally tally,
        IReadOnlyList<RateLimit> limits,
        int recipients,
        CancellationToken cancel
    )
    {
        var verdict = new RateVerdict(RateOutcome.Unavailable, "others count without a pause");
        try
        {
            verdict = await TakeAsync(key, tally, limits, recipients, cancel) ?? verdict;
        }
        catch (StoreException fault)
        {
            verdict = new(RateOutcome.Unavailable, "the store failed") { Fault = fault };
        }
        if (verdict.Outcome == RateOutcome.Unavailable)
            Add(tally, limits, recipients);
        return verdict;
    }

    /// <summary>Takes back what was counted for a message that is not sent after all. It costs nothing.</summary>
    public async ValueTask GiveBackAsync(string subject, IReadOnlyList<RateLimit> limits, int recipients)
    {
        var hash = RateRows.Hash(subject);
        var turn = stripes.Of(hash);
        await turn.WaitAsync();
        try
        {
            foreach (var limit in limits)
                TallyOf(RateRows.Key(hash)).Add(limit, -CountOf(limit, recipients), time.GetUtcNow());
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Whether a message would be refused by what this process knows: it costs nothing, and counts nothing.</summary>
    /// <returns>False where it is not known.</returns>
    public bool IsKnownOver(string subject, IReadOnlyList<RateLimit> limits, int recipients)
    {
        var hash = RateRows.Hash(subject);
        var turn = stripes.Of(hash);
        // Who holds the turn may be asking the store: nobody waits for that here.
        if (limits.Count == 0 || !tallies.TryGetValue(RateRows.Key(hash), out var tally) || !turn.Wait(0))
            return false;
        try
        {
            var now = time.GetUtcNow();
            return limits.Any(limit =>
                Refusal(limit, tally.Known(limit).At(now, limit.Window), recipients, now) is not null
            );
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Tells without the store, if that can be.</summary>
    RateVerdict? TakeHere(RateTally tally, IReadOnlyList<RateLimit> limits, int recipients)
    {
        var now = time.GetUtcNow();
        foreach (var limit in limits)
        {
            if (Refusal(limit, tally.Known(limit).At(now, limit.Window), recipients, now) is { } refusal)
                return refusal;
        }
        if (!limits.All(limit => tally.MayWait(limit, CountOf(limit, recipients))))
            return null;
        Add(tally, limits, recipients);
        return new(RateOutcome.Ok, "within its limits");
    }

    void Add(RateTally tally, IReadOnlyList<RateLimit> limits, int recipients)
    {
        foreach (var limit in limits)
            tally.Add(limit, CountOf(limit, recipients), time.GetUtcNow());
    }

    /// <returns>Null when others were faster too often.</returns>
    async ValueTask<RateVerdict?> TakeAsync(
        RowKey key,
        RateTally tally,
        IReadOnlyList<RateLimit> limits,
        int recipients,
        CancellationToken cancel
    )
    {
        for (var tries = 0; tries < Tries; tries++)
        {
            var row = await rows.GetAsync(RateRows.Table, key, cancel);
            var now = time.GetUtcNow();
            foreach (var limit in limits)
                tally.Learn(limit, RateRows.WindowOf(row?.Data, limit).At(now, limit.Window));
            var windows = new List<(RateLimit Limit, RateWindow Window)>(limits.Count);
            foreach (var limit in limits)
            {
                var window = tally.Known(limit).At(now, limit.Window);
                if (Refusal(limit, window, recipients, now) is { } refusal)
                    return refusal;
                windows.Add((limit, window.Add(CountOf(limit, recipients))));
            }

            var transaction = new RowTransaction(key.Partition);
            if (row is null)
                transaction.Insert(key.Row, RateRows.ToRow(windows, now));
            else
                transaction.Replace(key.Row, RateRows.ToRow(windows, now), row.ETag);
            if (!(await rows.CommitAsync(RateRows.Table, transaction, cancel)).Committed)
                continue;
            foreach (var (limit, window) in windows)
                tally.Settle(limit, window);
            return new(RateOutcome.Ok, "within its limits");
        }

        return null;
    }

    RateTally TallyOf(RowKey key)
    {
        if (tallies.Count > MaxTallies)
            tallies.Clear();
        return tallies.GetOrAdd(key, _ => new(parts));
    }

    static int CountOf(RateLimit limit, int recipients) => limit.Unit == RateUnit.Messages ? 1 : recipients;

    static RateVerdict? Refusal(RateLimit limit, RateWindow window, int recipients, DateTimeOffset now)
    {
        var count = CountOf(limit, recipients);
        var estimate = window.Estimate(now, limit.Window);
        return estimate + count <= limit.Most
            ? null
            : new(
                RateOutcome.OverLimit,
                string.Create(CultureInfo.InvariantCulture, $"over {limit}: {Math.Floor(estimate)} by now")
            )
            {
                Limit = limit,
                Wait = window.WaitFor(count, limit, now),
            };
    }
}
