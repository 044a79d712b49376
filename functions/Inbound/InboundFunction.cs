using Cloud.Flow.Inbound;
using Cloud.Functions.Hosting;

namespace Cloud.Functions.Inbound;

/// <summary>Queue <c>inbound</c>: files what was accepted but could not be filed at once.</summary>
static class InboundFunction
{
    public static readonly QueueFunction Function = new("Inbound", InboundWorker.Queue, FileAsync);

    static async ValueTask FileAsync(Services services, ReadOnlyMemory<byte> message, CancellationToken cancel) =>
        services.Tell(await services.Backend.Inbound.FileAsync(message, cancel));
}
