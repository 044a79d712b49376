using Cloud.Store.Ports;

namespace Cloud.Listener.Gateway;

/// <summary>How far a call got that brought no answer.</summary>
enum Arrival
{
    /// <summary>Surely nobody has seen it: any operation may be tried again.</summary>
    Never,

    /// <summary>It may have been done.</summary>
    Perhaps,
}

/// <summary>The gateway's other end did not answer as agreed: a fault of ours, as one of the store is.</summary>
sealed class GatewayFault(string message, Arrival arrival, Exception? cause = null) : StoreException(message, cause)
{
    public Arrival Arrival => arrival;

    /// <summary>Whatever is there does not let us in, or is no gateway.</summary>
    public static GatewayFault Refused(string message) => new(message, Arrival.Never) { IsFinal = true };

    /// <summary>The gateway itself refuses the call.</summary>
    public static GatewayFault Answered(string message) =>
        new(message, Arrival.Never) { IsFinal = true, IsAnswer = true };

    /// <summary>It was refused, and will be again: trying once more does not help.</summary>
    public bool IsFinal { get; init; }

    /// <summary>In the gateway's own words: it is there and well, only not for this call.</summary>
    public bool IsAnswer { get; init; }

    /// <summary>What the other end asked for; null when it asked for nothing.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
