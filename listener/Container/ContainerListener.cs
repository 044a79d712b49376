using System.Net;
using Cloud.Api.WellKnown;
using Cloud.Listener.Hosting;
using Cloud.Listener.Tls;
using Cloud.Listener.Tls.Acme;
using Cloud.Store.Ports;
using Microsoft.AspNetCore.Http;
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
    readonly HttpPort? web;
    readonly NameCheck? names;
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
        names = tls.Acme is { Options.MoreNames.Count: > 0 }
            ? NameCheck.BySystem(settings.Hostname, time, entropy, loggers)
            : null;
        var source = files ?? Source(tls, azure, http, time, entropy, loggers);
        watch = source is null ? null : new CertificateWatch(source, certificate, time, entropy, loggers);

        var pages = settings.Https is null ? null : Pages(settings);
        RequestDelegate? plain =
            http is null ? null
            : pages is null ? http.AnswerAsync
            : context => HttpChallenges.IsChallenge(context) ? http.AnswerAsync(context) : pages.AnswerAsync(context);
        challenges = plain is null ? null : new HttpPort("acme-http", tls.Acme!.Http!, plain, loggers);
        web = pages is null
            ? null
            : new HttpPort(
                "https",
                settings.Https!,
                pages.AnswerAsync,
                loggers,
                certificate,
                maxBody: ClientSettings.MaxQuestion
            );
        var answers = new Health(
            [("listener", () => Task.FromResult<string?>(notReady)), ("gateway", gateway.FaultAsync)],
            [("certificate", () => certificate.Current.Expiry(time.GetUtcNow()))]
        );
        health = settings.Http is { } port ? new HttpPort("http", port, answers.AnswerAsync, loggers) : null;
        door = new(settings.Door, gateway.Gateway, time, entropy, loggers);
        var fronts = new Fronts(gateway.Gateway, certificate, time, entropy, loggers)
        {
            Hostname = settings.Hostname,
            Door = door.Door,
            TellsClient = settings.TellsClient,
            TakesTokens = settings.Tokens is not null,
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
            .. new[] { health, challenges, web }.OfType<HttpPort>().Select(port => (port.Name, port.Address)),
        ];

    /// <exception cref="IOException">A port is taken, or may not be listened on.</exception>
    public async Task StartAsync(CancellationToken cancel)
    {
        foreach (var port in new[] { health, challenges, web }.OfType<HttpPort>())
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
        foreach (
            var part in new IAsyncDisposable?[] { watch, names, challenges, web, health }.OfType<IAsyncDisposable>()
        )
            await part.DisposeAsync();
        await door.DisposeAsync();
        await gateway.DisposeAsync();
    }

    static WebPages Pages(ContainerSettings settings)
    {
        var host = DomainName.ToAscii(settings.Hostname) ?? settings.Hostname;
        var domains = settings.Domains.Select(DomainName.ToAscii).ToHashSet();
        return new(
            new WellKnownPages(
                settings.MtaSts,
                host,
                new ClientSettings(host, new MailPorts()),
                (domain, _) => new(domains.Contains(domain))
            )
        );
    }

    ICertificateSource? Source(
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
        Func<string, CancellationToken, ValueTask<bool>>? leadsHere = names is null ? null : names.LeadsHereAsync;
        IAcmeFiles kept = acme.Container is { } container
            ? new AcmeBlobs(azure.Container(container))
            : new AcmeFolder(acme.Directory!);
        return new AcmeSource(acme.Options, kept, responder, () => new HttpClient(), time, entropy, loggers, leadsHere);
    }
}
