using Cloud.Api.Gateway;
using Cloud.Dns;
using Cloud.Flow.Door;
using Cloud.Listener.Hosting.Settings;
using Cloud.Store.Ports;
using Cloud.Trust.Dmarc.Suffixes;
using Cloud.Trust.DnsLists;
using Microsoft.Extensions.Logging;

namespace Cloud.Listener.Hosting;

/// <summary>What judges mail from outside, with whom it asks, as the settings say.</summary>
public sealed class OpenDoor : IAsyncDisposable
{
    readonly Resolver? resolver;
    readonly CancellationTokenSource stop = new();
    readonly Task renewing = Task.CompletedTask;
    readonly Task watching = Task.CompletedTask;
    readonly Task counting = Task.CompletedTask;

    /// <param name="gateway">Keeps what is counted.</param>
    public OpenDoor(DoorSettings settings, IGateway gateway, TimeProvider time, Entropy entropy, ILoggerFactory loggers)
    {
        if (settings.Suffixes is { } source)
        {
            var file = new SuffixFile(source, PublicSuffixes.Install, time, loggers.CreateLogger<SuffixFile>());
            file.Look(); // before the first mail
            renewing = file.RunAsync(stop.Token);
        }
        if (settings.Options is null)
            return;
        resolver = new(settings.Dns, time, entropy, loggers.CreateLogger<Resolver>());
        Door = new(settings.Options, resolver, time, entropy);
        var logger = loggers.CreateLogger<OpenDoor>();
        watching = Door.WatchListsAsync((list, found) => Tell(logger, list, found), stop.Token);
        if (Door.Counts is { } counts)
            counting = new CountsHandover(counts, gateway, time, entropy, logger).RunAsync(stop.Token);
    }

    /// <summary>Null where nothing is judged.</summary>
    public MessageDoor? Door { get; }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await renewing;
        await watching;
        await counting;
        stop.Dispose();
        if (resolver is not null)
            await resolver.DisposeAsync();
    }

    static void Tell(ILogger logger, DnsName list, DnsListProbeResult found)
    {
        if (found.Health == DnsListHealth.Works)
            Log.ListWorks(logger, list);
        else if (found.Health == DnsListHealth.ListsEverything)
            Log.ListIsOff(logger, list, found.Reason);
        else
            Log.ListTellsNothing(logger, list, found.Health, found.Reason);
    }
}
