using Cloud.Api.Gateway;
using Cloud.Flow.Outbound;
using Cloud.Flow.Sweep;
using Microsoft.Extensions.Logging;

namespace Cloud.Listener.Hosting;

/// <summary>What the Functions app's queues and timers do, for a process that reads the store itself.</summary>
public static class StoreWork
{
    /// <summary>Files what was queued or set aside, sends what is to be sent, and sweeps, until the stop.</summary>
    /// <remarks>If one of them fails for good, all end with its exception: the process is to be started anew.</remarks>
    public static async Task RunAsync(
        Backend backend,
        ILoggerFactory loggers,
        TimeProvider time,
        CancellationToken stop
    )
    {
        using var any = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var inbound = loggers.CreateLogger(nameof(Backend.Inbound));
        var outbound = loggers.CreateLogger(nameof(Backend.Sending));
        Task[] works =
        [
            backend.Inbound.RunAsync(result => InboundLog.Tell(inbound, result), any.Token),
            backend.Sending.Worker.RunAsync(result => OutboundLog.Tell(outbound, result), any.Token),
            SweepTimer.RunAsync(backend.Sweeper, loggers.CreateLogger(nameof(Sweeper)), time, any.Token),
        ];
        await Task.WhenAny(works);
        await any.CancelAsync();
        await Task.WhenAll(works);
    }
}
