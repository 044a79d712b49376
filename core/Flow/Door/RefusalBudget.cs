using System.Net;
using Cloud.Wire.Limits;

namespace Cloud.Flow.Door;

/// <summary>How much of what is refused a process has kept: strangers must not decide how much the store holds.</summary>
/// <remarks>What is beyond is told of in the log alone. At most some 2 GiB lie in the store, at 8 KiB each for 7 days.</remarks>
sealed class RefusalBudget(TimeProvider time)
{
    /// <summary>In a minute, of all clients. A server of a thousand users refuses some ten.</summary>
    const int OfAll = 30;

    /// <summary>In a minute, of one subscriber: who is refused again and again is refused for the same reason.</summary>
    const int OfClient = 3;

    /// <summary>Subscribers remembered.</summary>
    const int Clients = 10_000;

    readonly RateLimiter<AddressKey> clients = new(MaxRate.PerMinute(OfClient), Clients, time);
    readonly RateLimiter<int> all = new(MaxRate.PerMinute(OfAll), 1, time);

    /// <param name="client">Null where it is not known: then they all count together alone.</param>
    public bool TryTake(IPAddress? client) =>
        (client is null || clients.TryTake(AddressKey.Subscriber(client)) == TimeSpan.Zero)
        && all.TryTake(0) == TimeSpan.Zero;
}
