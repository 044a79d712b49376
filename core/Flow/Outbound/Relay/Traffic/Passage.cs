namespace Cloud.Flow.Outbound.Relay.Traffic;

/// <summary>A place at a destination, given back when it is disposed of.</summary>
public sealed class Passage : IDisposable
{
    readonly Destinations? destinations;
    readonly Destination? destination;

    internal Passage(Destinations destinations, Destination destination) =>
        (this.destinations, this.destination) = (destinations, destination);

    Passage(DateTimeOffset until) => ClosedUntil = until;

    /// <summary>Nobody may go there before; null where this one may.</summary>
    public DateTimeOffset? ClosedUntil { get; }

    internal static Passage Closed(DateTimeOffset until) => new(until);

    /// <summary>Counts one more transaction, if a learned rate has room for it.</summary>
    /// <returns>Null: it has; else when to come again.</returns>
    internal DateTimeOffset? CountAgain() => destination!.Count(destinations!.Now);

    /// <summary>When somebody comes again that a limit has no room for: behind all others that were told so.</summary>
    /// <param name="first">When there is room again.</param>
    /// <param name="step">From one to the next.</param>
    internal DateTimeOffset Promise(DateTimeOffset first, TimeSpan step) => destination!.Promise(first, step);

    /// <summary>It could not be connected to, or did not speak.</summary>
    public ValueTask FailedAsync() => destinations?.FailedAsync(destination!) ?? ValueTask.CompletedTask;

    /// <summary>It complains of too much.</summary>
    public ValueTask SlowedAsync() => destinations?.SlowedAsync(destination!) ?? ValueTask.CompletedTask;

    /// <summary>It complains of too many messages in a time.</summary>
    public ValueTask LimitedAsync() => destinations?.LimitedAsync(destination!) ?? ValueTask.CompletedTask;

    /// <summary>It was heard to the end of a transaction.</summary>
    public ValueTask WorkedAsync() => destinations?.WorkedAsync(destination!) ?? ValueTask.CompletedTask;

    public void Dispose() => destination?.Leave(destinations!.Now);
}
