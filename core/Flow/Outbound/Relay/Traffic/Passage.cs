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

    /// <summary>It could not be connected to, or did not speak.</summary>
    public ValueTask FailedAsync() => destinations?.FailedAsync(destination!) ?? ValueTask.CompletedTask;

    /// <summary>It complains of too much.</summary>
    public ValueTask SlowedAsync() => destinations?.SlowedAsync(destination!) ?? ValueTask.CompletedTask;

    /// <summary>It complains of too many messages in a time.</summary>
    public ValueTask LimitedAsync() => destinations?.LimitedAsync(destination!) ?? ValueTask.CompletedTask;

    /// <summary>It was heard to the end of a transaction.</summary>
    public ValueTask WorkedAsync() => destinations?.WorkedAsync(destination!) ?? ValueTask.CompletedTask;

    public void Dispose() => destination?.Leave();
}
