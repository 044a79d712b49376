using System.Globalization;
using Cloud.Flow.Hooks;
using Cloud.Store;

namespace Cloud.Flow.Trace;

/// <summary>Which applications were told of a message, and what they answered.</summary>
/// <remarks>An event has its message's time in its number: so one range tells what a subscription had of it.</remarks>
sealed class HookHistory(HookControl hooks) : ITraceSource
{
    /// <summary>Deliveries of one message to one subscription: an event for each recipient and attempt.</summary>
    const int Most = 100;

    public async ValueTask<IReadOnlyList<TraceStep>> StepsAsync(
        TransactionId message,
        TraceScope scope,
        CancellationToken cancel
    )
    {
        var steps = new List<TraceStep>();
        var time = new ReplayFilter { From = message.At, To = message.At.AddMilliseconds(1) };
        foreach (var hook in await hooks.ListAsync(tenant: null, cancel))
        {
            var (found, _) = await hooks.ListAsync(hook.Hook.Id, time, null, Most, cancel);
            foreach (var delivery in found)
            {
                var isSeen = scope.IsOperator || (delivery.Event.Address is { } address && scope.Sees(address));
                if (isSeen && delivery.Event.Transaction == message.ToString())
                    steps.AddRange(Steps(delivery, hook.Hook));
            }
        }
        return steps;
    }

    static IEnumerable<TraceStep> Steps(HookDelivery delivery, Hook hook)
    {
        // What stands behind the host's name may be a secret of the endpoint.
        var to = $"{delivery.Event.Kind} ({delivery.Event.PublicId}) to {HostOf(hook)}";
        foreach (var attempt in delivery.Attempts)
            yield return new(attempt.At, TraceKind.Hook, hook.Id, $"{to}: {Answer(attempt)}");
        if (delivery.State == DeliveryState.Waiting)
            yield return new(delivery.Due, TraceKind.Hook, hook.Id, $"{to}: to be tried again");
        else if (delivery is { State: DeliveryState.Dead, Reason: { } reason })
            yield return new(delivery.Due, TraceKind.Hook, hook.Id, $"{to}: given up, {reason}");
    }

    static string HostOf(Hook hook) => Uri.TryCreate(hook.Url, UriKind.Absolute, out var url) ? url.Host : hook.Id;

    static string Answer(HookAttempt attempt)
    {
        var status = attempt.Status is { } code ? string.Create(CultureInfo.InvariantCulture, $"{code}") : "no answer";
        var fault = attempt.Fault is { } why ? $", {why}" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{status}{fault}, after {attempt.Milliseconds} ms");
    }
}
