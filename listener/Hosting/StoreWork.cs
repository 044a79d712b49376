using Cloud.Api.Gateway;
using Cloud.Flow.Sweep;
using Microsoft.Extensions.Logging;

namespace Cloud.Listener.Hosting;

/// <summary>What the Functions app's queues and timers do, for a process that reads the store itself.</summary>
public static class StoreWork
{
    /// <summary>Files what was queued or set aside, and sweeps, until the stop.</summary>
    public static Task RunAsync(Backend backend, ILoggerFactory loggers, TimeProvider time, CancellationToken stop)
    {
        var inbound = loggers.CreateLogger(nameof(Backend.Inbound));
        return Task.WhenAll(
            backend.Inbound.RunAsync(result => InboundLog.Tell(inbound, result), stop),
            SweepTimer.RunAsync(backend.Sweeper, loggers.CreateLogger(nameof(Sweeper)), time, stop)
        );
    }
}
