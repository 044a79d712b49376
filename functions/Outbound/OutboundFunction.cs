using Cloud.Flow.Outbound;
using Cloud.Functions.Hosting;

namespace Cloud.Functions.Outbound;

/// <summary>Queue <c>outbound</c>: sends what was accepted for others, and tries again what could not be sent.</summary>
static class OutboundFunction
{
    public static readonly QueueFunction Function = new("Outbound", OutboundWorker.Queue, SendAsync)
    {
        Deadline = Deadlines.Outbound,
    };

    // The host counts receipts itself, and what it gives up comes to OutboundPoison: each is a first try here.
    static async ValueTask SendAsync(Services services, ReadOnlyMemory<byte> message, CancellationToken cancel) =>
        services.Tell(await services.Backend.Sending.Worker.RunAsync(message, tries: 1, cancel));
}
