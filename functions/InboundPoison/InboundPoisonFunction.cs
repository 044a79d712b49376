using Cloud.Flow.Inbound;
using Cloud.Functions.Hosting;

namespace Cloud.Functions.InboundPoison;

/// <summary>Queue <c>inbound-poison</c>: takes over what the host has given up, before its copy ends after seven days.</summary>
static class InboundPoisonFunction
{
    public static readonly QueueFunction Function = new("InboundPoison", InboundWorker.Poison, TakeOverAsync);

    static async ValueTask TakeOverAsync(Services services, ReadOnlyMemory<byte> message, CancellationToken cancel) =>
        services.Tell(await services.Backend.Inbound.TakeOverAsync(message, cancel));
}
