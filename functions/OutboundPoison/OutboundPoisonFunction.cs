using Cloud.Flow.Outbound;
using Cloud.Functions.Hosting;

namespace Cloud.Functions.OutboundPoison;

/// <summary>Queue <c>outbound-poison</c>: keeps what the host has given up among the dead letters.</summary>
static class OutboundPoisonFunction
{
    public static readonly QueueFunction Function = new("OutboundPoison", OutboundWorker.Poison, TakeOverAsync);

    static async ValueTask TakeOverAsync(Services services, ReadOnlyMemory<byte> message, CancellationToken cancel) =>
        services.Tell(await services.Backend.Sending.Worker.TakeOverAsync(message, cancel));
}
