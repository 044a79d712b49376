using System.Net;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Cloud.Api.Admin;
using Cloud.Api.Gateway;
using Cloud.Cli.Control;
using Cloud.Cli.FunctionsHost;
using Cloud.Flow.Sweep;
using Cloud.Listener.Hosting;
using Cloud.Listener.Imap;
using Cloud.Listener.Pop3;
using Cloud.Listener.Smtp;
using Cloud.Listener.Tls;
using Cloud.Store.Ports;

namespace Cloud.Cli.Serve;

/// <summary>Puts the rooms together in one process and runs them until told to stop.</summary>
static class Server
{
    /// <returns>The exit code: 0 after SIGTERM or Ctrl-C.</returns>
    public static async Task<int> RunAsync(Settings settings, CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Stop(signal, stop));
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Stop(signal, stop));
        using var loggers = LoggerFactory.Create(logging => Logging(logging, settings.LogLevel));
        try
        {
            await using var store = await OpenStore.OpenAsync(settings, loggers, stop.Token);
            await ServeAsync(settings, store, loggers, stop.Token);
            return ExitCode.Ok;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return ExitCode.Ok; // Told to stop before it was ready.
        }
        catch (Exception e)
            when (e
                    is StoreException
                        or AdminException
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
        await using var control = store.Local is null
            ? null
            : new ControlServer(settings.Data, administration, TimeProvider.System);
        var certificate = Certificate(settings);
        await using var listener = new ListenerServer(
            Endpoints(
                settings,
                await PostmasterDomainAsync(settings, administration, stop),
                gateway,
                certificate,
                loggers
            ),
            settings.Ports["http"] is { } http ? (http, Health.Map) : null,
            new ListenerLimits(),
            certificate,
            TimeProvider.System,
            loggers
        );
        await listener.StartAsync(stop);
        Announce(listener, made);

        // What was queued because it could not be filed at once is filed here until the stop.
        if (app is null)
            await WorkAsync(store, loggers, stop);
        else
            await UntilAsync(stop);
        await listener.StopAsync(CancellationToken.None);
        if (app is not null)
            await app.DrainAsync();
    }

    static Task WorkAsync(OpenStore store, ILoggerFactory loggers, CancellationToken stop)
    {
        var sweep = SweepTimer.RunAsync(
            store.Backend.Sweeper,
            loggers.CreateLogger(nameof(Sweeper)),
            TimeProvider.System,
            stop
        );
        return Task.WhenAll(store.Backend.Inbound.RunAsync(stop), sweep);
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

    static List<ListenerEndpoint> Endpoints(
        Settings settings,
        string? postmasterDomain,
        IGateway gateway,
        TlsCertificate certificate,
        ILoggerFactory loggers
    )
    {
        var time = TimeProvider.System;
        var relay = new SmtpOptions { Hostname = settings.Hostname, PostmasterDomain = postmasterDomain };
        var submission = relay with { Role = SmtpRole.Submission };
        var imap = new ImapFront(
            new ImapOptions { HostName = settings.Hostname },
            gateway,
            certificate,
            time,
            Entropy.System,
            loggers
        );
        var pop3 = new Pop3Front(new Pop3Options(), gateway, certificate, time, loggers);
        IFront Smtp(SmtpOptions options) => new SmtpFront(options, gateway, certificate, time, Entropy.System, loggers);
        (string Name, IFront Front, bool ImplicitTls)[] fronts =
        [
            ("smtp", Smtp(relay), false),
            ("submission", Smtp(submission), false),
            ("submissions", Smtp(submission), true),
            ("imap", imap, false),
            ("imaps", imap, true),
            ("pop3", pop3, false),
            ("pop3s", pop3, true),
        ];
        return
        [
            .. fronts
                .Where(front => settings.Ports[front.Name] is not null)
                .Select(front => new ListenerEndpoint(
                    front.Name,
                    settings.Ports[front.Name]!,
                    front.Front,
                    front.ImplicitTls
                )),
        ];
    }

    /// <exception cref="AdminException">What is in the files cannot be used.</exception>
    static TlsCertificate Certificate(Settings settings)
    {
        try
        {
            return settings.Certificate is { } files
                ? TlsCertificate.FromFiles(files.Certificate, files.Key, TimeProvider.System)
                : TlsCertificate.SelfSigned(settings.Data, [settings.Hostname, "localhost"], TimeProvider.System);
        }
        catch (CryptographicException e)
        {
            var (certificate, key) = settings.Certificate ?? ("certificate.pem", "key.pem");
            throw new AdminException($"{certificate} and {key} are no certificate with its key: {e.Message}");
        }
    }

    static void Announce(ListenerServer listener, IReadOnlyList<(string, string?)>? made)
    {
        var ports = listener.Endpoints;
        if (made is not null)
            TryOut.Explain(made, ports.ToDictionary(port => port.Name, port => port.Address), Console.Out);
        Console.Out.WriteLine($"ready {string.Join(' ', ports.Select(port => $"{port.Name}={port.Address}"))}");
        Console.Out.Flush();
    }

    static void Stop(PosixSignalContext signal, CancellationTokenSource stop)
    {
        signal.Cancel = true; // Not the runtime's own exit: sessions are told first.
        stop.Cancel();
    }

    static void Logging(ILoggingBuilder logging, LogLevel level)
    {
        logging.SetMinimumLevel(level);
        logging.AddFilter("Microsoft", LogLevel.Warning);
        // A start that failed is told by RunAsync, in one line.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        // Standard output is for the ready line; whatever is said besides goes to standard error.
        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
        });
        logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    }
}
