using System.Net;
using Cloud.Api.Gateway;
using Cloud.Cli.FunctionsHost;
using Cloud.Listener.Gateway;
using Cloud.Store.Ports;
using Host = Cloud.Cli.FunctionsHost.FunctionsHost;

namespace Cloud.Cli.Serve;

/// <summary>The Functions app beside the listener, as Azure runs it: a host, the published handler, a gateway over HTTP.</summary>
/// <remarks>Plays the platform, too, which starts another host where one has given up.</remarks>
sealed class FunctionsApp : IAsyncDisposable
{
    /// <summary>Octets of the key that opens the gateway: made at each start, known to both sides, kept nowhere.</summary>
    const int KeyLength = 32;

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    readonly CancellationTokenSource stop = new();
    readonly HttpGateway gateway;
    readonly Task keeping;
    Host host;

    FunctionsApp(Host first, FunctionsHostOptions options, HttpGateway asker, ILoggerFactory loggers)
    {
        (host, gateway) = (first, asker);
        keeping = KeepAsync(options with { Http = Endpoint(first.Address) }, loggers);
    }

    public IGateway Gateway => gateway;

    /// <exception cref="FunctionsHostException">It cannot be run, in words.</exception>
    public static async Task<FunctionsApp> StartAsync(
        Settings settings,
        OpenStore store,
        ILoggerFactory loggers,
        CancellationToken cancel
    )
    {
        var key = Convert.ToHexStringLower(Entropy.System.Bytes(KeyLength));
        var options = new FunctionsHostOptions(
            settings.Functions,
            AppSettings(settings, store, key),
            _ => store.Queues,
            key,
            new IPEndPoint(IPAddress.Loopback, 0)
        )
        {
            TimerStatus = Path.Combine(settings.Data, "timers"),
            PoisonQueues = _ => store.ForgetfulQueues ?? store.Queues,
        };
        var host = await Host.StartAsync(options, loggers, cancel);
        var gateway = new HttpGateway(
            new() { Address = host.Address, Listener = ListenerWatch.NewListener(Entropy.System) },
            CallerKey.Function(key, HttpGateway.Transport()),
            TimeProvider.System,
            Entropy.System,
            loggers,
            store.Blobs,
            store.Queues
        );
        return new(host, options, gateway, loggers);
    }

    /// <summary>Lets invocations that are at work end.</summary>
    public async Task DrainAsync()
    {
        await stop.CancelAsync();
        await keeping;
        await host.DrainAsync(Patience);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await keeping;
        await host.DisposeAsync();
        await gateway.DisposeAsync();
        stop.Dispose();
    }

    static Dictionary<string, string> AppSettings(Settings settings, OpenStore store, string key)
    {
        var app = new Dictionary<string, string>
        {
            ["CLOUD_GATEWAY_AUTH"] = "key",
            ["CLOUD_GATEWAY_KEY"] = key,
            ["CLOUD_LOG_LEVEL"] = $"{settings.LogLevel}",
            ["CLOUD_ENDS_WITH_INPUT"] = "true",
            ["CLOUD_HOSTNAME"] = settings.Hostname,
        };
        foreach (var (name, value) in settings.HandlerTexts)
            app[name] = value;
        if (store.KeyEncryptionSecret is { } secret)
            app["CLOUD_KEY_ENCRYPTION_KEY"] = secret;
        if (store.ConnectionString is { } connectionString)
            app["MailStorage"] = connectionString;
        if (settings.Endpoints is { } endpoints)
        {
            app["MailStorage__blobServiceUri"] = $"{endpoints.Blob}";
            app["MailStorage__queueServiceUri"] = $"{endpoints.Queue}";
            app["MailStorage__tableServiceUri"] = $"{endpoints.Table}";
        }
        foreach (var (name, value) in Overrides())
            app[name] = value;
        return app;
    }

    /// <summary>What our own environment says of host.json, as an app setting does on Azure.</summary>
    static IEnumerable<KeyValuePair<string, string>> Overrides() =>
        Environment
            .GetEnvironmentVariables()
            .Cast<System.Collections.DictionaryEntry>()
            .Select(pair => KeyValuePair.Create((string)pair.Key, (string?)pair.Value ?? ""))
            .Where(pair => pair.Key.StartsWith(HostSettings.OverridePrefix, StringComparison.OrdinalIgnoreCase));

    static IPEndPoint Endpoint(Uri address) => new(IPAddress.Parse(address.Host), address.Port);

    async Task KeepAsync(FunctionsHostOptions options, ILoggerFactory loggers)
    {
        var logger = loggers.CreateLogger<FunctionsApp>();
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await host.Completion.WaitAsync(stop.Token);
                return;
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (FunctionsHostException e)
            {
                Log.HostStopped(logger, e.Message);
            }
            await host.DisposeAsync();
            await AgainAsync(options, loggers, logger);
        }
    }

    async Task AgainAsync(FunctionsHostOptions options, ILoggerFactory loggers, ILogger logger)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(Pause, TimeProvider.System, stop.Token);
                host = await Host.StartAsync(options, loggers, stop.Token);
                return;
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception e) when (e is FunctionsHostException or IOException)
            {
                Log.HostStopped(logger, e.Message);
            }
        }
    }
}
