using System.Net;
using Cloud.Api.Admin;
using Cloud.Api.Gateway;
using Cloud.Api.Rest;
using Cloud.Api.WellKnown;
using Cloud.Cli.Control;
using Cloud.Cli.FunctionsHost;
using Cloud.Flow.Hooks;
using Cloud.Flow.Outbound.Reports;
using Cloud.Listener.Hosting;
using Cloud.Listener.Tls;
using Cloud.Store.Ports;

namespace Cloud.Cli.Serve;

/// <summary>Puts the rooms together in one process and runs them until told to stop.</summary>
static class Server
{
    /// <returns>The exit code: 0 after SIGTERM or Ctrl-C.</returns>
    public static async Task<int> RunAsync(Settings settings, CancellationToken cancel)
    {
        using var stop = new StopSignal(cancel);
        using var loggers = LogOutput.Create(settings.LogLevel, settings.LogFormat);
        try
        {
            await using var store = await OpenStore.OpenAsync(settings, loggers, stop.Token);
            await ServeAsync(settings, store, loggers, stop.Token);
            return ExitCode.Ok;
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            return ExitCode.Ok; // Told to stop before it was ready.
        }
        catch (Exception e)
            when (e
                    is StoreException
                        or AdminException
                        or CertificateException
                        or IOException
                        or UnauthorizedAccessException
                        or FunctionsHostException
            )
        {
            Console.Error.WriteLine($"cloud serve: {e.Message}");
            return ExitCode.Failed;
        }
    }

    static async Task ServeAsync(Settings settings, OpenStore store, ILoggerFactory loggers, CancellationToken stop)
    {
        var administration = new Administration(store.Backend);
        var made = await PrepareAsync(settings, administration, stop);
        await using var app =
            settings.Gateway == GatewayKind.Functions
                ? await FunctionsApp.StartAsync(settings, store, loggers, stop)
                : null;
        var gateway = app?.Gateway ?? new LocalGateway(store.Backend);
        var api = OpenApi(settings, store, gateway as LocalGateway, loggers);
        // Who keeps the data under its own directory alone may open it.
        await using var control =
            settings.Store == StoreKind.Azure ? null : new ControlServer(settings.Data, administration, api, loggers);
        var files = settings.Certificate is { } given ? new PemFiles(given.Certificate, given.Key) : null;
        var certificate = files is null
            ? TlsCertificate.SelfSigned(settings.Data, [settings.Hostname, "localhost"], TimeProvider.System)
            : new TlsCertificate(files.Load());
        await using var watch = files is null
            ? null
            : new CertificateWatch(files, certificate, TimeProvider.System, Entropy.System, loggers);
        await using var door = new OpenDoor(settings.Door, gateway, TimeProvider.System, Entropy.System, loggers);
        await using var listener = new ListenerServer(
            new Fronts(gateway, certificate, TimeProvider.System, Entropy.System, loggers)
            {
                Hostname = settings.Hostname,
                Door = door.Door,
                TellsClient = settings.TellsClient,
                TakesTokens = settings.Tokens is not null,
                PostmasterDomain = await PostmasterDomainAsync(settings, administration, stop),
            }.Endpoints(settings.Ports),
            settings.Ports["http"] is { } http ? (http, port => Web(port, api, loggers)) : null,
            settings.Limits,
            certificate,
            TimeProvider.System,
            loggers
        );
        if (control is not null)
            await control.StartAsync(stop);
        await listener.StartAsync(stop);
        store.Backend.Hooks.LocalUrl = listener
            .Endpoints.Where(port => port.Name == "http")
            .Select(port => new Uri($"http://{port.Address}"))
            .FirstOrDefault();
        await using var web = Pages(settings, listener, administration, certificate, loggers);
        if (web is not null)
            await web.StartAsync(stop);
        watch?.Start();
        Announce([.. listener.Endpoints, .. web is null ? [] : new[] { (web.Name, web.Address) }], made);

        if (app is null)
            await WorkAsync(settings, store, loggers, stop);
        else
            await UntilAsync(stop);
        await listener.StopAsync(CancellationToken.None);
        if (app is not null)
            await app.DrainAsync();
    }

    static RestApi OpenApi(Settings settings, OpenStore store, LocalGateway? gateway, ILoggerFactory loggers) =>
        new(
            store.Backend,
            gateway,
            settings.Api,
            () =>
                ApiWeb.Open(
                    settings.Door.Dns,
                    settings.Hooks,
                    TimeProvider.System,
                    Entropy.System,
                    loggers.CreateLogger<RestApi>()
                )
        );

    static void Web(WebApplication port, RestApi api, ILoggerFactory loggers)
    {
        Health.Map(port);
        new ApiEndpoint(api, caller: null, loggers).Map(port);
    }

    static async Task WorkAsync(Settings settings, OpenStore store, ILoggerFactory loggers, CancellationToken stop)
    {
        var logger = loggers.CreateLogger<DailyReports>();
        await using var reports = store.Backend.Sending.OpenReports(settings.Reports, settings.Door.Dns, logger);
        var backend = store.Backend;
        using var hooks = backend.Hooks.Open(
            settings.Hooks,
            backend.Sending,
            settings.Door.Dns,
            loggers.CreateLogger<HookWorker>()
        );
        await StoreWork.RunAsync(backend, reports, hooks, loggers, TimeProvider.System, stop);
    }

    static async Task UntilAsync(CancellationToken stop) =>
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    static async Task<IReadOnlyList<(string, string?)>?> PrepareAsync(
        Settings settings,
        IAdministration administration,
        CancellationToken cancel
    )
    {
        var known = await administration.ListDomainsAsync(cancel);
        foreach (var domain in settings.Domains.Except(known, StringComparer.OrdinalIgnoreCase))
            await administration.AddDomainAsync(domain, cancel);
        if (settings.Users is not null)
            await Users.ApplyAsync(settings.Users, administration, cancel);
        return settings.Try ? await TryOut.PrepareAsync(administration, cancel) : null;
    }

    /// <summary>The domain of a bare <c>Postmaster</c> (RFC 5321 §4.5.1): the first given, else the first there is.</summary>
    static async Task<string?> PostmasterDomainAsync(
        Settings settings,
        IAdministration administration,
        CancellationToken cancel
    ) => settings.Domains.Concat(await administration.ListDomainsAsync(cancel)).FirstOrDefault();

    /// <summary>The domains' pages, which tell the ports that were got.</summary>
    static HttpPort? Pages(
        Settings settings,
        ListenerServer listener,
        IAdministration administration,
        TlsCertificate certificate,
        ILoggerFactory loggers
    )
    {
        if (settings.Ports["https"] is not { } address)
            return null;
        var host = DomainName.ToAscii(settings.Hostname) ?? settings.Hostname;
        int? Port(string name) =>
            listener
                .Endpoints.Where(port => port.Name == name)
                .Select(port => (int?)port.Address.Port)
                .FirstOrDefault();
        var ports = new MailPorts
        {
            Imaps = Port("imaps"),
            Pop3s = Port("pop3s"),
            Submissions = Port("submissions"),
            Submission = Port("submission"),
        };
        var pages = new WebPages(
            new WellKnownPages(
                settings.MtaSts,
                host,
                new ClientSettings(host, ports),
                async (domain, cancel) =>
                    (await administration.ListDomainsAsync(cancel)).Select(DomainName.ToAscii).Contains(domain)
            )
        );
        return new("https", address, pages.AnswerAsync, loggers, certificate, ClientSettings.MaxQuestion);
    }

    static void Announce(IReadOnlyList<(string Name, IPEndPoint Address)> ports, IReadOnlyList<(string, string?)>? made)
    {
        if (made is not null)
            TryOut.Explain(made, ports.ToDictionary(port => port.Name, port => port.Address), Console.Out);
        Console.Out.WriteLine($"ready {string.Join(' ', ports.Select(port => $"{port.Name}={port.Address}"))}");
        Console.Out.Flush();
    }
}
