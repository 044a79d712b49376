using System.Net;
using Cloud.Api.Gateway;
using Cloud.Store;
using Cloud.Store.Azure;
using Cloud.Store.Ports;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Cloud.Functions.Hosting;

/// <summary>The HTTP server that the Functions host calls.</summary>
/// <remarks>
/// Invariants: nothing in memory that another instance would need; nothing left for a shutdown to do, since there is none
/// (the host kills); an answer to every call, with a body; <c>GET /</c> is quick, since the host asks every 25 ms until it
/// is answered, and later to see how we are.
/// </remarks>
static class Handler
{
    /// <summary>As in host.json. Trigger paths do not begin with it: <see cref="HostCall"/>.</summary>
    public const string RoutePrefix = "api";

    /// <summary>Serves until the host kills it.</summary>
    public static async Task RunAsync(HandlerSettings settings, TimeProvider time)
    {
        // Beside the server, which answers the host meanwhile: the first calls wait for the store.
        var opening = Task.Run(() => Open(settings, time));
        await using var app = Create(settings, opening, time);
        await app.StartAsync();
        await opening;
        await app.WaitForShutdownAsync();
    }

    public static WebApplication Create(HandlerSettings settings, Task<Backend> backend, TimeProvider time)
    {
        var app = Build(settings);
        Map(app, settings, backend, time);
        return app;
    }

    static Backend Open(HandlerSettings settings, TimeProvider time)
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
            submission: settings.Submission
        );
    }

    static WebApplication Build(HandlerSettings settings)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Logging.AddHandlerConsole(settings.LogLevel);
        builder.Services.AddSingleton<IHostLifetime>(new Lifeline(settings.EndsWithInput));
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Configure(kestrel, settings.Port));
        return builder.Build();
    }

    static void Map(WebApplication app, HandlerSettings settings, Task<Backend> backend, TimeProvider time)
    {
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("handler");
        app.MapGet("/", http => Answer.OkAsync(http, null));
        var services = ServicesAsync(settings, backend, logger);
        foreach (var function in FunctionTable.All)
            Map(app, function, services, time);
        app.MapFallback(
            "{*path}",
            http => Answer.FailAsync(http, StatusCodes.Status404NotFound, "There is nothing here.")
        );
        app.Lifetime.ApplicationStarted.Register(() => Log.Listening(logger, settings.Port));
    }

    static async Task<Services> ServicesAsync(HandlerSettings settings, Task<Backend> opening, ILogger logger)
    {
        var backend = await opening;
        return new(backend, new(backend), settings.GatewayCallers, logger);
    }

    static void Map(WebApplication app, Function function, Task<Services> services, TimeProvider time)
    {
        switch (function)
        {
            case HttpFunction http:
                var endpoint = WhenOpen(services, services => new HttpEndpoint(http, services, time).InvokeAsync);
                app.MapMethods($"/{RoutePrefix}/{http.Route}", [http.Method], endpoint);
                break;
            case TriggerFunction trigger:
                app.MapPost(
                    $"/{trigger.Name}",
                    WhenOpen(services, services => new TriggerEndpoint(trigger, services, time).InvokeAsync)
                );
                break;
        }
    }

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

    static void Configure(KestrelServerOptions kestrel, int port)
    {
        kestrel.Listen(IPAddress.Loopback, port);
        kestrel.AddServerHeader = false;
        // A message is as large as its operation allows, which bounds it itself; triggers set a limit of their own.
        kestrel.Limits.MaxRequestBodySize = null;
        // The caller's connection is to the host, which paces both sides.
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MinResponseDataRate = null;
    }
}
