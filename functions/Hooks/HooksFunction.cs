using Cloud.Flow.Hooks;
using Cloud.Functions.Hosting;

namespace Cloud.Functions.Hooks;

/// <summary>Queue <c>hooks</c>: brings events to the endpoints that asked for them, and tries again what failed.</summary>
static class HooksFunction
{
    public static readonly QueueFunction Function = new("Hooks", HookWorker.Queue, TellAsync);

    static async ValueTask TellAsync(Services services, ReadOnlyMemory<byte> message, CancellationToken cancel)
    {
        foreach (var result in await services.Hooks.Value.RunAsync(message, cancel))
            services.Tell(result);
    }
}
