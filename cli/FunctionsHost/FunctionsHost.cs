using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Cloud.Cli.FunctionsHost;

/// <summary>Plays Azure's Functions host for an app with a custom handler, from host.json and the function.json files alone.</summary>
/// <remarks>
/// The contract is docs/functions.md's. What the real host does badly is done as badly here, so that an app which runs
/// here runs there: an empty 2xx hangs, an invocation out of time kills all others, exit code 0 is the end.
/// </remarks>
sealed class FunctionsHost : IAsyncDisposable
{
    /// <summary>The host's own limit of a request's body, octets, unless an app setting says otherwise.</summary>
    const long DefaultBodySize = 104_857_600;

    const string BodySizeSetting = "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT";

    readonly CancellationTokenSource stop = new();
    readonly CancellationTokenSource abort = new();
    readonly Supervisor supervisor;
    readonly WebApplication front;
    readonly List<Task> triggers = [];

    FunctionsHost(Supervisor supervisor, WebApplication front) => (this.supervisor, this.front) = (supervisor, front);

    /// <summary>Where HTTP functions are called.</summary>
    public Uri Address => new(front.Urls.First());

    /// <summary>Fails with <see cref="FunctionsHostException"/> when the handler has failed too often.</summary>
    public Task Completion => supervisor.Completion;

    /// <summary>Starts the handler, waits until it answers, then opens the ports and the queues.</summary>
    /// <exception cref="FunctionsHostException">The app cannot be run, in words.</exception>
    public static async Task<FunctionsHost> StartAsync(
        FunctionsHostOptions options,
        ILoggerFactory loggers,
        CancellationToken cancel
    )
    {
        var settings = HostSettings.Read(options.Root, options.AppSettings);
        var functions = FunctionJson.ReadAll(options.Root, options.AppSettings);
        var logger = loggers.CreateLogger("Functions");
        var supervisor = new Supervisor(options, settings, logger);
        var host = new FunctionsHost(supervisor, Front(options, loggers));
        try
        {
            host.Map(functions, options, settings, logger);
            supervisor.Start();
            await supervisor.ReadyAsync(cancel);
            await host.front.StartAsync(cancel);
            host.Listen(functions, options, settings, logger);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Takes nothing new and lets what is at work end.</summary>
    /// <param name="patience">Then it is given up.</param>
    public async Task DrainAsync(TimeSpan patience)
    {
        abort.CancelAfter(patience);
        await stop.CancelAsync();
        await front.StopAsync(abort.Token);
        await Task.WhenAll(triggers);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await abort.CancelAsync();
        await supervisor.DisposeAsync();
        await Task.WhenAll(triggers);
        await front.DisposeAsync();
        stop.Dispose();
        abort.Dispose();
    }

    static WebApplication Front(FunctionsHostOptions options, ILoggerFactory loggers)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.AddSingleton(loggers);
        builder.Services.AddRoutingCore();
        builder
            .WebHost.UseKestrelCore()
            .ConfigureKestrel(kestrel =>
            {
                kestrel.Listen(options.Http);
                kestrel.AddServerHeader = false;
                kestrel.Limits.MaxRequestBodySize = BodySize(options.AppSettings);
                kestrel.Limits.MinRequestBodyDataRate = null;
                kestrel.Limits.MinResponseDataRate = null;
            });
        return builder.Build();
    }

    static long BodySize(IReadOnlyDictionary<string, string> settings) =>
        settings.TryGetValue(BodySizeSetting, out var text)
        && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var octets)
            ? octets
            : DefaultBodySize;

    void Map(
        IReadOnlyList<FunctionDefinition> functions,
        FunctionsHostOptions options,
        HostSettings settings,
        ILogger logger
    )
    {
        foreach (var function in functions.OfType<HttpDefinition>())
        {
            var trigger = new HttpTrigger(function, options, settings, supervisor, logger);
            var route =
                settings.RoutePrefix.Length == 0 ? $"/{function.Route}" : $"/{settings.RoutePrefix}/{function.Route}";
            if (function.Methods.Count > 0)
                front.MapMethods(route, function.Methods, trigger.InvokeAsync);
            else
                front.Map(route, trigger.InvokeAsync);
        }
    }

    void Listen(
        IReadOnlyList<FunctionDefinition> functions,
        FunctionsHostOptions options,
        HostSettings settings,
        ILogger logger
    )
    {
        var invoker = new Invoker(options, settings, supervisor, logger);
        foreach (var function in functions)
        {
            if (function is QueueDefinition queue)
                triggers.Add(
                    new QueueTrigger(queue, options, settings.Queues, invoker, logger).RunAsync(stop.Token, abort.Token)
                );
            else if (function is TimerDefinition timer)
                triggers.Add(new TimerTrigger(timer, options, invoker, logger).RunAsync(stop.Token));
        }
    }
}
