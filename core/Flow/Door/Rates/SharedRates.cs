using System.Globalization;
using Cloud.Store.Ports;

namespace Cloud.Flow.Door.Rates;

/// <summary>Limits that hold over all processes together: messages and recipients of an account in a time.</summary>
/// <remarks>
/// A message costs one read and one write, one that is over a limit the read alone, and none where there is no limit.
/// A window slides over two buckets: about right at any time, and never more than twice the limit in one window's length.
/// Nothing is thrown.
/// </remarks>
public sealed class SharedRates(IRows rows, TimeProvider time)
{
    /// <summary>Limits of one account.</summary>
    public const int MaxLimits = 8;

    /// <summary>Tries against other processes' counts.</summary>
    const int Tries = 8;

    readonly Stripes stripes = new();

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
        var turn = stripes.Of(hash);
        try
        {
            await turn.WaitAsync(cancel);
            try
            {
                return await TakeAsync(RateRows.Key(hash), limits, recipients, cancel);
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
        catch (StoreException fault)
        {
            return new(RateOutcome.Unavailable, "the store failed") { Fault = fault };
        }
    }

    async ValueTask<RateVerdict> TakeAsync(
        RowKey key,
        IReadOnlyList<RateLimit> limits,
        int recipients,
        CancellationToken cancel
    )
    {
        for (var tries = 0; tries < Tries; tries++)
        {
            var row = await rows.GetAsync(RateRows.Table, key, cancel);
            var now = time.GetUtcNow();
            var windows = new List<(RateLimit, RateWindow)>(limits.Count);
            foreach (var limit in limits)
            {
                var count = limit.Unit == RateUnit.Messages ? 1 : recipients;
                var window = RateRows.WindowOf(row?.Data, limit).At(now, limit.Window);
                var estimate = window.Estimate(now, limit.Window);
                if (estimate + count > limit.Most)
                    return OverLimit(limit, estimate, window.WaitFor(count, limit, now));
                windows.Add((limit, window.Add(count)));
            }

            var transaction = new RowTransaction(key.Partition);
            if (row is null)
                transaction.Insert(key.Row, RateRows.ToRow(windows, now));
            else
                transaction.Replace(key.Row, RateRows.ToRow(windows, now), row.ETag);
            if ((await rows.CommitAsync(RateRows.Table, transaction, cancel)).Committed)
                return new(RateOutcome.Ok, "within its limits");
        }

        return new(RateOutcome.Unavailable, "others count without a pause");
    }

    static RateVerdict OverLimit(RateLimit limit, double estimate, TimeSpan? wait) =>
        new(
            RateOutcome.OverLimit,
            string.Create(CultureInfo.InvariantCulture, $"over {limit}: {Math.Floor(estimate)} by now")
        )
        {
            Limit = limit,
            Wait = wait,
        };
}
