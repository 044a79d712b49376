using System.Net;
using Cloud.Api.Gateway;
using Cloud.Api.Gateway.OAuth;
using Cloud.Api.Rest;
using Cloud.Dns;
using Cloud.Flow.Hooks;
using Cloud.Flow.Outbound.Relay;
using Cloud.Flow.Outbound.Reports;
using Cloud.Store;
using Cloud.Store.Azure;
using Cloud.Store.Ports;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace Cloud.Functions.Hosting;

/// <summary>The HTTP server that the Functions host calls.</summary>
/// <remarks>
/// Invariants: nothing in memory that another instance would need; nothing left for a shutdown to do, since there is none
/// (the host kills); an answer to every call, with a body; <c>GET /</c> is quick, since the host asks every 25 ms until it
/// is answered, and later to see how we are. It is Kestrel alone: what a web application brings besides (configuration,
/// services, routing tables, metrics) is a third of its start.
/// </remarks>
static class Handler
{
    /// <summary>As in host.json. Trigger paths do not begin with it: <see cref="HostCall"/>.</summary>
    public const string RoutePrefix = "api";

    /// <summary>Serves until the host kills it.</summary>
    public static async Task RunAsync(HandlerSettings settings, TimeProvider time)
    {
        using var lifeline = settings.EndsWithInput ? new Lifeline() : null;
        // Not while the server starts, which the host waits for on what may be half a core. The first calls wait for it.
        var lines = LineLogger.OfProcess(settings.LogLevel);
        var opening = new Task<Backend>(() => Open(settings, time, lines));
        using var server = await StartAsync(settings, opening, time, lines);
        opening.Start(TaskScheduler.Default);
        await opening;
        await Task.Delay(Timeout.InfiniteTimeSpan, time);
    }

    public static async Task<IServer> StartAsync(
        HandlerSettings settings,
        Task<Backend> backend,
        TimeProvider time,
        ILoggerFactory lines
    )
    {
        var logger = lines.CreateLogger("handler");
        var sockets = new SocketTransportFactory(Options.Create(new SocketTransportOptions()), lines);
        var server = new KestrelServer(Options.Create(Configure(settings.Port)), sockets, lines);
        var services = ServicesAsync(settings, backend, time, logger);
        await server.StartAsync(
            new Router([.. FunctionTable.All.Select(one => RouteTo(one, services, time))]),
            default
        );
        Log.Listening(logger, settings.Port);
        return server;
    }

    static Backend Open(HandlerSettings settings, TimeProvider time, ILoggerFactory loggers)
    {
        var store = AzureStore.Open(settings.Storage);
        return new(
            store.Rows,
            store.Blobs,
            store.Queues,
            time,
            Entropy.System,
            new StoreOptions(),
            settings.KeyEncryption,
            new LazyRelay(() => OpenRelay(settings, store.Rows, time, loggers)),
            new() { HostName = settings.Relay.Hostname },
            settings.Submission,
            settings.Greylist,
            TokenIntrospection.Open(settings.Tokens, settings.Dns, time, Entropy.System, loggers)
        );
    }

    static SmtpRelay OpenRelay(HandlerSettings settings, IRows rows, TimeProvider time, ILoggerFactory loggers) =>
        SmtpRelay.Open(
            settings.Relay,
            settings.Dns,
            rows,
            settings.KeyEncryption,
            time,
            Entropy.System,
            loggers.CreateLogger("dns")
        );

    static async Task<Services> ServicesAsync(
        HandlerSettings settings,
        Task<Backend> opening,
        TimeProvider time,
        ILogger logger
    )
    {
        var backend = await opening;
        var reports = new Lazy<DailyReports>(() => backend.Sending.OpenReports(settings.Reports, settings.Dns, logger));
        var hooks = new Lazy<HookWorker>(() =>
            backend.Hooks.Open(settings.Hooks, backend.Sending, settings.Dns, logger)
        );
        var api = new Lazy<RestApi>(() =>
            new RestApi(
                backend,
                options: settings.Api,
                web: () => ApiWeb.Open(settings.Dns, settings.Hooks, time, Entropy.System, logger)
            )
        );
        return new(backend, new(backend), api, settings.GatewayCallers, reports, hooks, logger);
    }

    static Route RouteTo(Function function, Task<Services> services, TimeProvider time) =>
        function switch
        {
            HttpFunction http => new(
                http.Methods,
                $"{RoutePrefix}/{http.Route}",
                WhenOpen(services, services => new HttpEndpoint(http, services, time).InvokeAsync)
            ),
            TriggerFunction trigger => new(
                [HttpMethods.Post],
                trigger.Name,
                WhenOpen(services, services => new TriggerEndpoint(trigger, services, time).InvokeAsync)
            ),
            _ => throw new InvalidOperationException($"{function.Name} is of no known kind"),
        };

    /// <summary>Holds calls back until there is what they need.</summary>
    static RequestDelegate WhenOpen(Task<Services> services, Func<Services, RequestDelegate> make)
    {
        var endpoint = new Lazy<RequestDelegate>(() => make(services.Result));
        return async http =>
        {
            await services;
            await endpoint.Value(http);
        };
    }

    static KestrelServerOptions Configure(int port)
    {
        var kestrel = new KestrelServerOptions { AddServerHeader = false };
        kestrel.Listen(IPAddress.Loopback, port);
        // A message is as large as its operation allows, which bounds it itself; triggers set a limit of their own.
        kestrel.Limits.MaxRequestBodySize = null;
        // The caller's connection is to the host, which paces both sides.
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MinResponseDataRate = null;
        return kestrel;
    }
}
