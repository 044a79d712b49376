using Cloud.Dns;
using Cloud.Flow.Keys;
using Cloud.Flow.Outbound.Relay.Connections;
using Cloud.Flow.Outbound.Relay.Tls;
using Cloud.Flow.Outbound.Relay.Traffic;
using Cloud.Store.Ports;
using Cloud.Trust.Dane;
using Cloud.Trust.MtaSts;
using Cloud.Wire.Limits;

namespace Cloud.Flow.Outbound.Relay;

/// <summary>Sends by SMTP: to the hosts of the recipients' domain, or to a smarthost. RFC 5321 §5.</summary>
public sealed class SmtpRelay : IRelay, IAsyncDisposable
{
    static readonly NetworkList Everywhere = NetworkList.TryParse(["0.0.0.0/0", "::/0"], out _)!;

    internal SmtpRelay(
        RelayOptions options,
        IResolver resolver,
        MtaStsDiscovery? policies,
        IRows rows,
        DomainKeys keys,
        TimeProvider time,
        Entropy entropy
    )
    {
        (Options, Keys, Time) = (options, keys, time);
        Routing = new(resolver, DnsName.TryParse(options.Hostname, out var self) ? self : null, entropy);
        Addresses = new(resolver, options.Allowed, options.UsesV6);
        // Its operator says where a smarthost is, so it may be anywhere.
        SmarthostAddresses = new(resolver, Everywhere, options.UsesV6);
        Demands = new(new DaneLookup(resolver), policies, time, options.Roots);
        Destinations = new(rows, time);
        Sessions = new(rows, time);
        Idle = new(time);
    }

    internal RelayOptions Options { get; }

    internal DomainKeys Keys { get; }

    internal TimeProvider Time { get; }

    internal MailRouting Routing { get; }

    internal HostAddresses Addresses { get; }

    internal HostAddresses SmarthostAddresses { get; }

    internal TlsDemands Demands { get; }

    internal Destinations Destinations { get; }

    internal TlsSessionCounts Sessions { get; }

    internal IdleConnections Idle { get; }

    public async ValueTask<RelayResult> SendAsync(RelayJob job, CancellationToken cancel)
    {
        var attempt = new RelayAttempt(this, job);
        try
        {
            return await attempt.RunAsync(cancel);
        }
        finally
        {
            await Sessions.FlushAsync(isLast: false, CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Idle.DisposeAsync();
        await Sessions.FlushAsync(isLast: true, CancellationToken.None);
    }
}
