using Cloud.Dns;
using Cloud.Flow.Door;
using Cloud.Listener.Hosting.Settings;
using Cloud.Store.Ports;
using Microsoft.Extensions.Logging;

namespace Cloud.Listener.Hosting;

/// <summary>What judges mail from outside, with whom it asks, as the settings say.</summary>
public sealed class OpenDoor : IAsyncDisposable
{
    readonly Resolver? resolver;

    public OpenDoor(DoorSettings settings, TimeProvider time, Entropy entropy, ILoggerFactory loggers)
    {
        if (settings.Options is null)
            return;
        resolver = new(settings.Dns, time, entropy, loggers.CreateLogger<Resolver>());
        Door = new(settings.Options, resolver, time, entropy);
    }

    /// <summary>Null where nothing is judged.</summary>
    public MessageDoor? Door { get; }

    public ValueTask DisposeAsync() => resolver?.DisposeAsync() ?? ValueTask.CompletedTask;
}
