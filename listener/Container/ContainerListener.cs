using System.Net;
using Cloud.Listener.Hosting;
using Cloud.Listener.Tls;
using Cloud.Listener.Tls.Acme;
using Cloud.Store.Ports;
using Microsoft.Extensions.Logging;

namespace Cloud.Listener.Container;

/// <summary>The rooms of the container put together: fronts, gateway, Azure Storage, certificate, health.</summary>
sealed class ContainerListener : IAsyncDisposable
{
    readonly ListenerServer server;
    readonly TlsCertificate certificate;
    readonly CertificateWatch? watch;
    readonly HttpPort? health;
    readonly HttpPort? challenges;
    readonly OpenGateway gateway;
    readonly OpenDoor door;
    volatile string? notReady = "not listening yet";

    /// <exception cref="CertificateException">The PEM files hold no certificate with its key.</exception>
    public ContainerListener(ContainerSettings settings, TimeProvider time, Entropy entropy, ILoggerFactory loggers)
    {
        var azure = new AzureServices(settings.Identity, time);
        gateway = OpenGateway.Open(settings, azure, time, entropy, loggers);

        var tls = settings.Tls;
        var files = tls.Files is { } given ? new PemFiles(given.Certificate, given.Key) : null;
        certificate = files is null
            ? TlsCertificate.SelfSigned([settings.Hostname], time)
            : new TlsCertificate(files.Load());
        var http = tls.Acme?.Http is null ? null : new HttpChallenges();
        var source = files ?? Source(tls, azure, http, time, entropy, loggers);
        watch = source is null ? null : new CertificateWatch(source, certificate, time, entropy, loggers);

        challenges = http is null ? null : new HttpPort("acme-http", tls.Acme!.Http!, http.AnswerAsync, loggers);
        var answers = new Health(
            [("listener", () => Task.FromResult<string?>(notReady)), ("gateway", gateway.FaultAsync)],
            [("certificate", () => certificate.Current.Expiry(time.GetUtcNow()))]
        );
        health = settings.Http is { } port ? new HttpPort("http", port, answers.AnswerAsync, loggers) : null;
        door = new(settings.Door, time, entropy, loggers);
        var fronts = new Fronts(gateway.Gateway, certificate, time, entropy, loggers)
        {
            Hostname = settings.Hostname,
            Door = door.Door,
            PostmasterDomain = settings.Domains is [var first, ..] ? first : null,
        };
        server = new ListenerServer(
            fronts.Endpoints(settings.Ports),
            null,
            settings.Limits,
            certificate,
            time,
            loggers
        );
    }

    /// <summary>Every port with the address it got, mail first.</summary>
    public IReadOnlyList<(string Name, IPEndPoint Address)> Endpoints =>
        [
            .. server.Endpoints,
            .. new[] { health, challenges }.OfType<HttpPort>().Select(port => (port.Name, port.Address)),
        ];

    /// <exception cref="IOException">A port is taken, or may not be listened on.</exception>
    public async Task StartAsync(CancellationToken cancel)
    {
        foreach (var port in new[] { health, challenges }.OfType<HttpPort>())
            await port.StartAsync(cancel);
        watch?.Start();
        await server.StartAsync(cancel);
        notReady = null;
    }

    /// <summary>Runs until told to stop, then lets sessions end.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        await gateway.RunAsync(stop);
        notReady = "stopping";
        await server.StopAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        foreach (var part in new IAsyncDisposable?[] { watch, challenges, health }.OfType<IAsyncDisposable>())
            await part.DisposeAsync();
        await door.DisposeAsync();
        await gateway.DisposeAsync();
    }

    static ICertificateSource? Source(
        TlsSettings tls,
        AzureServices azure,
        HttpChallenges? http,
        TimeProvider time,
        Entropy entropy,
        ILoggerFactory loggers
    )
    {
        if (tls.VaultSecret is { } secret)
            return new KeyVaultSecret(secret, tls.VaultInterval, azure.Pipeline(KeyVaultSecret.Scope));
        if (tls.Acme is not { } acme)
            return null;
        IChallengeResponder responder = http is not null
            ? http
            : new DnsChallenges(
                new AzureDnsZone(acme.Zone!, azure.Pipeline(AzureDnsZone.Scope)),
                AzureDnsZone.Settling
            );
        return new AcmeSource(acme.Options, responder, () => new HttpClient(), time, entropy, loggers);
    }
}
