using Cloud.Flow.Hooks;
using Cloud.Functions.Hosting;

namespace Cloud.Functions.HooksPoison;

/// <summary>Queue <c>hooks-poison</c>: brings back what the host has given up.</summary>
static class HooksPoisonFunction
{
    public static readonly QueueFunction Function = new("HooksPoison", HookWorker.Poison, TakeOverAsync);

    static ValueTask TakeOverAsync(Services services, ReadOnlyMemory<byte> message, CancellationToken cancel) =>
        services.Hooks.Value.TakeOverAsync(message, cancel);
}
