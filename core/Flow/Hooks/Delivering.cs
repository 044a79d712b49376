using Cloud.Flow.Hooks.Payloads;
using Cloud.Store;
using Cloud.Store.Ports;

namespace Cloud.Flow.Hooks;

/// <summary>Brings events to endpoints.</summary>
/// <remarks>
/// Steps: 1. a row for each subscription that wants the event, inserted: a repetition meets it and ends there; who inserts
/// it as being sent has it for the lease; 2. the post; 3. on failure the next attempt's task goes to the queue; 4. the
/// outcome is recorded; 5. the endpoint's state, and its owner is told. Any step may be repeated: a crash between 2 and 4
/// posts again, with the same id, by which receivers know it.
/// </remarks>
sealed class Delivering(
    HookStore store,
    HookQueue queue,
    HookMessages messages,
    PayloadWriter payloads,
    HookPost post,
    HookSchedule schedule,
    EndpointWatch watch,
    TransientMail transient,
    Throng throng,
    TimeProvider time
)
{
    /// <summary>How long who sends has a delivery: more than an attempt takes.</summary>
    static readonly TimeSpan Lease = TimeSpan.FromMinutes(2);

    /// <summary>A task that comes so early is in time: clocks differ.</summary>
    static readonly TimeSpan Early = TimeSpan.FromSeconds(2);

    /// <summary>Tells one event to all who asked for it, at the same time.</summary>
    /// <exception cref="StoreException">The task must be kept and seen again.</exception>
    public async ValueTask<IReadOnlyList<HookResult>> TellAsync(MailEvent told, CancellationToken cancel)
    {
        var works = told.Hooks.Take(Hook.MaxOfEvent).Select(hook => BeginAsync(hook, told, cancel));
        var results = await Task.WhenAll(works);
        await transient.ForgetAsync(told, cancel);
        return results;
    }

    /// <summary>An event that was told is over: mail that was kept for it alone goes.</summary>
    /// <exception cref="StoreException">The task must be kept and seen again.</exception>
    public async ValueTask<IReadOnlyList<HookResult>> EndAsync(MailEvent told, CancellationToken cancel)
    {
        await transient.ForgetAsync(told, cancel);
        return [];
    }

    /// <summary>Tries a delivery that is there.</summary>
    /// <exception cref="StoreException">The task must be kept and seen again.</exception>
    public async ValueTask<HookResult> TryAsync(string hook, TransactionId number, int laps, CancellationToken cancel)
    {
        if (await store.FindAsync(hook, number, cancel) is not { IsFinal: false } delivery)
            return new(HookOutcome.Superseded, hook);
        var left = delivery.Due - time.GetUtcNow();
        if (left > Early)
            return await WaitAsync(delivery, left, laps, "it is early", cancel);
        if (await store.FindAsync(hook, cancel) is not { } row)
            return new(HookOutcome.Superseded, hook);
        var result = await AttemptAsync(row, delivery, laps, isOurs: false, cancel);
        if (result.Outcome == HookOutcome.Delivered)
            await transient.ForgetAsync(delivery.Event, cancel);
        return result;
    }

    /// <summary>Step 1.</summary>
    async Task<HookResult> BeginAsync(string hook, MailEvent told, CancellationToken cancel)
    {
        if (await store.FindAsync(hook, cancel) is not { Hook.IsEnabled: true } row)
            return new(HookOutcome.Superseded, hook);
        var header = told.Kind == MailEventKind.Test ? null : row.Hook.Rule.Header;
        if (header is not null && !await HasHeaderAsync(row.Hook.Rule, header, told, cancel))
            return new(HookOutcome.Superseded, hook);
        var now = time.GetUtcNow();
        var fresh = new HookDelivery(hook, told, DeliveryState.Sending, now + Lease, 0, []);
        if (await store.InsertAsync(fresh, cancel) is { } inserted)
            return await AttemptAsync(row, inserted, 0, isOurs: true, cancel);
        // An earlier try of this task may have come so far and no further.
        return await TryAsync(hook, told.Number, 0, cancel);
    }

    async ValueTask<bool> HasHeaderAsync(HookRule rule, string name, MailEvent told, CancellationToken cancel) =>
        await messages.FindAsync(told, cancel) is { } message
        && KeptMessage.Has(await message.HeaderAsync(cancel), name, rule.HeaderValue);

    /// <param name="isOurs">It was just inserted, as being sent by us.</param>
    async Task<HookResult> AttemptAsync(
        HookRow row,
        HookDelivery delivery,
        int laps,
        bool isOurs,
        CancellationToken cancel
    )
    {
        if (row.Hook.Disabled is { } why)
            return await EndAsync(row, delivery with { State = DeliveryState.Dead, Reason = $"Disabled: {why}" });
        if (await throng.TryEnterAsync(row.Hook, cancel) is not { } place)
            return await PostponeAsync(delivery, schedule.Busy(laps), laps + 1, "the endpoint is busy", cancel);
        try
        {
            if (row.Endpoint.IsOpen(time.GetUtcNow()))
                return await SkipAsync(row, delivery, cancel);
            if (row.Endpoint.NeedsProbe && !await watch.TryProbeAsync(row))
                return await SkipAsync(row, delivery, cancel);
            var claimed = isOurs ? delivery : await ClaimAsync(delivery);
            return claimed is null
                ? new(HookOutcome.Superseded, row.Hook.Id)
                : await SendAsync(row, claimed, place, cancel);
        }
        finally
        {
            throng.Leave(place);
        }
    }

    /// <returns>Null where somebody else was faster.</returns>
    ValueTask<HookDelivery?> ClaimAsync(HookDelivery delivery) =>
        store.ReplaceAsync(delivery with { State = DeliveryState.Sending, Due = time.GetUtcNow() + Lease });

    async Task<HookResult> SendAsync(HookRow row, HookDelivery claimed, Throng.Place place, CancellationToken cancel)
    {
        var told = claimed.Event;
        HookBody body;
        try
        {
            body = await payloads.WriteAsync(row.Hook, told, time.GetUtcNow(), cancel);
        }
        catch (Exception e) when (e is not (StoreException or OperationCanceledException))
        {
            // Whatever is in that message: the others go on.
            var broken = claimed.With(new(time.GetUtcNow(), null, 0, "A fault of ours", ""));
            var waits = await AgainAsync(row, broken with { Tries = claimed.Tries + 1 }, null, "a fault of ours");
            return waits with { Fault = e };
        }
        var result = await post.PostAsync(row, told.PublicId, body, place.Addresses, cancel); // step 2
        var tried = claimed.With(result.Attempt) with { Tries = claimed.Tries + 1 };
        if (result.IsTaken)
        {
            var ended = await EndAsync(row, tried with { State = DeliveryState.Done, Reason = null });
            await watch.SucceededAsync(row);
            return ended;
        }
        var outcome = result.IsGone
            ? await EndAsync(row, tried with { State = DeliveryState.Dead, Reason = "It is gone (410)" })
            : await AgainAsync(row, tried, result.RetryAfter, result.Attempt.Fault!);
        await watch.FailedAsync(row, tried, result, outcome.Outcome == HookOutcome.Dead, cancel); // step 5
        return outcome;
    }

    /// <summary>The circuit is open: the attempt counts, and is not made.</summary>
    async Task<HookResult> SkipAsync(HookRow row, HookDelivery delivery, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var skipped = delivery.With(new(now, null, 0, "Not tried: the endpoint fails", "")) with
        {
            Tries = delivery.Tries + 1,
        };
        var earliest = row.Endpoint.OpenUntil ?? now + Endpoint.ProbeTime;
        var outcome = await AgainAsync(row, skipped, earliest, "the endpoint fails");
        if (outcome.Outcome == HookOutcome.Dead)
            await watch.GivenUpAsync(row, skipped, cancel);
        return outcome;
    }

    /// <summary>Steps 3 and 4.</summary>
    /// <param name="earliest">When the endpoint may be asked again; null for any time.</param>
    async Task<HookResult> AgainAsync(HookRow row, HookDelivery tried, DateTimeOffset? earliest, string why)
    {
        if (schedule.After(tried.Tries) is not { } wait)
            return await EndAsync(row, tried with { State = DeliveryState.Dead, Reason = $"Tried to the end: {why}" });
        var now = time.GetUtcNow();
        if (earliest > now + wait)
            wait = schedule.Spread(earliest.Value - now);
        return await PostponeAsync(tried, wait, 0, why, CancellationToken.None);
    }

    /// <summary>The task first: should the record fail, it finds the delivery as it was, and due by then.</summary>
    async Task<HookResult> PostponeAsync(
        HookDelivery delivery,
        TimeSpan wait,
        int laps,
        string why,
        CancellationToken cancel
    )
    {
        var result = await WaitAsync(delivery, wait, laps, why, cancel);
        await store.ReplaceAsync(delivery with { State = DeliveryState.Waiting, Due = time.GetUtcNow() + wait });
        return result;
    }

    async ValueTask<HookResult> WaitAsync(
        HookDelivery delivery,
        TimeSpan wait,
        int laps,
        string why,
        CancellationToken cancel
    )
    {
        await queue.SendAsync(new(null, delivery.Hook, delivery.Event.Id, laps), wait, cancel);
        return Of(HookOutcome.Waits, delivery) with { Reason = why };
    }

    async Task<HookResult> EndAsync(HookRow row, HookDelivery ended)
    {
        await store.ReplaceAsync(ended);
        var outcome = ended.State == DeliveryState.Done ? HookOutcome.Delivered : HookOutcome.Dead;
        return Of(outcome, ended) with { Hook = row.Hook.Id, Reason = ended.Reason };
    }

    static HookResult Of(HookOutcome outcome, HookDelivery delivery) =>
        new(
            outcome,
            delivery.Hook,
            delivery.Event.PublicId,
            delivery.Event.Transaction is { } transaction ? $"00000{transaction}" : null
        );
}
