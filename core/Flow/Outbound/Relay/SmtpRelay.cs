using Cloud.Dns;
using Cloud.Flow.Door.Rates;
using Cloud.Flow.Keys;
using Cloud.Flow.Outbound.Relay.Connections;
using Cloud.Flow.Outbound.Relay.Tls;
using Cloud.Flow.Outbound.Relay.Traffic;
using Cloud.Store;
using Cloud.Store.Directory;
using Cloud.Store.Ports;
using Cloud.Trust.Dane;
using Cloud.Trust.MtaSts;
using Cloud.Wire.Http;
using Cloud.Wire.Limits;
using Microsoft.Extensions.Logging;

namespace Cloud.Flow.Outbound.Relay;

/// <summary>Sends by SMTP: to the hosts of the recipients' domain, or to a smarthost. RFC 5321 §5.</summary>
public sealed class SmtpRelay : IRelay, IAsyncDisposable
{
    // Only of one that was opened with them.
    Resolver? resolver;
    HttpsPolicySource? source;

    static readonly NetworkList Everywhere = NetworkList.TryParse(["0.0.0.0/0", "::/0"], out _)!;

    internal SmtpRelay(
        RelayOptions options,
        IResolver names,
        MtaStsDiscovery? policies,
        IRows rows,
        DomainKeys keys,
        TimeProvider time,
        Entropy entropy
    )
    {
        (Options, Time) = (options, time);
        Keys = new(keys, time);
        Routing = new(names, DnsName.TryParse(options.Hostname, out var self) ? self : null, entropy);
        Addresses = new(names, options.Allowed, options.UsesV6);
        // Its operator says where a smarthost is, so it may be anywhere.
        SmarthostAddresses = new(names, Everywhere, options.UsesV6);
        Demands = new(new DaneLookup(names), policies, time, options.Roots);
        Destinations = new(rows, time);
        Rates = new(rows, time);
        Sessions = new(rows, time);
        Idle = new(time);
    }

    /// <summary>With all that it needs besides: policies of MTA-STS are read over HTTPS, from public addresses only.</summary>
    /// <param name="dns">Who knows where mail goes.</param>
    /// <param name="encryption">Opens the domains' signing keys; null: nothing is signed.</param>
    public static SmtpRelay Open(
        RelayOptions options,
        DnsSettings dns,
        IRows rows,
        KeyEncryptionKey? encryption,
        TimeProvider time,
        Entropy entropy,
        ILogger logger
    )
    {
        var resolver = new Resolver(dns, time, entropy, logger);
        var source = new HttpsPolicySource(new GuardedConnect(resolver).Handler(), time);
        var policies = new MtaStsDiscovery(
            resolver,
            source,
            new RememberedPolicies(new StoredPolicies(rows), time),
            time
        );
        var directory = new MailDirectory(rows, time, new StoreOptions());
        var keys = new DomainKeys(directory, encryption, time, entropy);
        return new(options, resolver, policies, rows, keys, time, entropy) { resolver = resolver, source = source };
    }

    internal RelayOptions Options { get; }

    internal SigningKeys Keys { get; }

    internal TimeProvider Time { get; }

    internal MailRouting Routing { get; }

    internal HostAddresses Addresses { get; }

    internal HostAddresses SmarthostAddresses { get; }

    internal TlsDemands Demands { get; }

    internal Destinations Destinations { get; }

    internal SharedRates Rates { get; }

    internal TlsSessionCounts Sessions { get; }

    /// <summary>
    /// Counts sessions of a message; null where they are not counted. A TLS report would else be the reason for another
    /// one the next day, for ever.
    /// </summary>
    internal TlsSessionCounts? SessionsOf(Submission message) =>
        message is { Account: null, Options.TlsOptional: true } ? null : Sessions;

    internal IdleConnections Idle { get; }

    public async ValueTask<RelayResult> SendAsync(RelayJob job, CancellationToken cancel)
    {
        try
        {
            return await new RelayAttempt(this, job).RunAsync(cancel);
        }
        finally
        {
            _ = Sessions.FlushSoonAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Idle.DisposeAsync();
        await Sessions.DisposeAsync();
        source?.Dispose();
        if (resolver is not null)
            await resolver.DisposeAsync();
    }
}
