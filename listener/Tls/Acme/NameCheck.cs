using System.Net;
using Cloud.Dns;
using Cloud.Store.Ports;
using Microsoft.Extensions.Logging;

namespace Cloud.Listener.Tls.Acme;

/// <summary>Whether a name leads where the host's own leads: then the authority, which asks at the name, comes here.</summary>
public sealed class NameCheck(string host, IResolver resolver) : IAsyncDisposable
{
    /// <summary>Asks the name servers that the system is told of.</summary>
    public static NameCheck BySystem(string host, TimeProvider time, Entropy entropy, ILoggerFactory loggers) =>
        new(host, new Resolver(ResolvConf.Read(), time, entropy, loggers.CreateLogger<Resolver>()));

    public ValueTask DisposeAsync() =>
        resolver is IAsyncDisposable owned ? owned.DisposeAsync() : ValueTask.CompletedTask;

    /// <returns>False for what cannot be known now.</returns>
    public async ValueTask<bool> LeadsHereAsync(string name, CancellationToken cancel)
    {
        var ours = await AddressesAsync(host, cancel);
        var its = await AddressesAsync(name, cancel);
        // All of them: an authority may ask at any.
        return its.Count > 0 && its.All(ours.Contains);
    }

    async Task<IReadOnlyList<IPAddress>> AddressesAsync(string text, CancellationToken cancel)
    {
        if (!DnsName.TryParse(text, out var name))
            return [];
        var six = resolver.AaaaAsync(name, cancel).AsTask();
        var four = await resolver.AAsync(name, cancel);
        return [.. four.Records.Concat((await six).Records).Select(record => record.Address)];
    }
}
