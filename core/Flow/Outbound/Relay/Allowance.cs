using Cloud.Flow.Door.Rates;
using Cloud.Flow.Outbound.Relay.Smarthosts;
using Cloud.Flow.Outbound.Relay.Traffic;

namespace Cloud.Flow.Outbound.Relay;

/// <summary>
/// What may be sent in a time: by what a smarthost's operator says, over all processes, and by what was learned of a
/// destination. Each transaction is a message to who counts there.
/// </summary>
/// <param name="passage">Whoever entered has counted one transaction already.</param>
sealed class Allowance(SmtpRelay relay, RelayJob job, Smarthost? smarthost, Passage passage)
{
    bool isPaid;

    /// <summary>Counts the first transaction, before anybody is asked for anything.</summary>
    /// <returns>Null: it may begin.</returns>
    public async ValueTask<Delay?> TakeFirstAsync(CancellationToken cancel)
    {
        var delay = await OfSmarthostAsync(cancel);
        isPaid = delay is null;
        return delay;
    }

    /// <summary>Counts a transaction, unless it is the first.</summary>
    /// <returns>Null: it may begin.</returns>
    public async ValueTask<Delay?> TakeAsync(CancellationToken cancel)
    {
        if (isPaid)
        {
            isPaid = false;
            return null;
        }

        return passage.CountAgain() is { } later
            ? new($"{job.NextHop} gets no more at the moment", later)
            : await OfSmarthostAsync(cancel);
    }

    async ValueTask<Delay?> OfSmarthostAsync(CancellationToken cancel)
    {
        if (smarthost is null)
            return null;
        var rate = await relay.Rates.TakeAsync($"smarthost {smarthost}", smarthost.Rates, job.Recipients.Count, cancel);
        // Where nobody can tell it goes out: the smarthost has limits of its own.
        if (rate is not { Outcome: RateOutcome.OverLimit, Limit: { } limit })
            return null;
        var first = relay.Time.GetUtcNow() + (rate.Wait ?? limit.Window);
        return new(
            $"{smarthost} gets no more at the moment: {rate.Reason}",
            passage.Promise(first, limit.Window / limit.Most)
        );
    }
}
