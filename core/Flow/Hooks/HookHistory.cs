using Cloud.Flow.Trace;
using Cloud.Store;
using Cloud.Store.Directory;
using Cloud.Store.Ports;

namespace Cloud.Flow.Hooks;

/// <summary>What endpoints were told of a message: an event's id has the message's time, so that it is one range a subscription.</summary>
sealed class HookHistory(HookStore store, MailDirectory directory) : ITraceSource
{
    /// <summary>Deliveries of one subscription in one millisecond that are looked at.</summary>
    const int Most = 200;

    public async ValueTask<IReadOnlyList<TraceStep>> StepsAsync(
        TransactionId message,
        TraceScope scope,
        CancellationToken cancel
    )
    {
        var only = scope.Only is { } address ? await directory.FindUserAsync(address, cancel) : null;
        var steps = new List<TraceStep>();
        foreach (var row in await store.ListAsync(removed: true, cancel))
        {
            if (!scope.Hears(row.Hook))
                continue;
            var (found, _) = await store.ListAsync(
                row.Hook.Id,
                message.At,
                message.At.AddMilliseconds(1),
                null,
                Most,
                cancel
            );
            foreach (var delivery in found.Where(one => one.Event.Transaction == $"{message}"))
            {
                if (IsSeen(delivery.Event, scope, only))
                    steps.AddRange(StepsOf(delivery, row.Hook));
            }
        }
        return steps;
    }

    static bool IsSeen(MailEvent told, TraceScope scope, UserRow? only) =>
        scope.Only is null
            ? scope.IsOperator || (told.Address is { } address && scope.Sees(address))
            : only is not null && told.Account == only.Account.Value;

    /// <summary>The endpoint's host alone: its path is often a secret.</summary>
    static IEnumerable<TraceStep> StepsOf(HookDelivery delivery, Hook hook)
    {
        var who = Uri.TryCreate(hook.Url, UriKind.Absolute, out var url) ? url.Host : null;
        var what = $"{delivery.Event.Kind.ToName()} to {hook.Id}";
        foreach (var attempt in delivery.Attempts)
        {
            var outcome = attempt.Fault ?? $"{attempt.Status} in {attempt.Milliseconds} ms";
            yield return new(attempt.At, TraceKind.Hook, who, $"{what}: {outcome}");
        }
        if (delivery.State == DeliveryState.Dead)
            yield return new(delivery.Due, TraceKind.Hook, who, $"{what} is given up: {delivery.Reason}");
        else if (!delivery.IsFinal)
            yield return new(delivery.Due, TraceKind.Hook, who, $"{what} is tried at {delivery.Due.UtcDateTime:u}");
    }
}
