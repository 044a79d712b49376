using Cloud.Api.Gateway;
using Cloud.Api.Gateway.OAuth;
using Cloud.Dns;
using Cloud.Flow.Hooks;
using Cloud.Flow.Outbound.Relay;
using Cloud.Flow.Outbound.Reports;
using Cloud.Listener.Gateway;
using Cloud.Listener.Hosting;
using Cloud.Store;
using Cloud.Store.Azure;
using Cloud.Store.Ports;
using Microsoft.Extensions.Logging;

namespace Cloud.Listener.Container;

/// <summary>The gateway that the settings name: the Functions app over HTTP, or the store read from here.</summary>
/// <param name="FaultAsync">What stands against handing mail over, or null.</param>
/// <param name="RunAsync">What goes on beside the sessions, until told to stop.</param>
/// <param name="Relay">Sends to other servers; null where the Functions app does.</param>
sealed record OpenGateway(
    IGateway Gateway,
    Func<Task<string?>> FaultAsync,
    Func<CancellationToken, Task> RunAsync,
    SmtpRelay? Relay
) : IAsyncDisposable
{
    public static OpenGateway Open(
        ContainerSettings settings,
        AzureServices azure,
        TimeProvider time,
        Entropy entropy,
        ILoggerFactory loggers
    )
    {
        var store = AzureStore.Open(azure.StoreOptions(settings));
        if (settings.Gateway.Address is not { } address)
        {
            var relay = SmtpRelay.Open(
                settings.Relay,
                settings.Door.Dns,
                store.Rows,
                settings.KeyEncryption,
                time,
                entropy,
                loggers.CreateLogger<Resolver>()
            );
            var backend = new Backend(
                store.Rows,
                store.Blobs,
                store.Queues,
                time,
                entropy,
                new StoreOptions(),
                settings.KeyEncryption,
                relay,
                new() { HostName = settings.Hostname },
                settings.Submission,
                settings.Greylist,
                TokenIntrospection.Open(settings.Tokens, settings.Door.Dns, time, entropy, loggers)
            );
            var answers = new CachedCheck(backend.ProbeAsync, "the storage does not answer", time);
            return new(
                new LocalGateway(backend),
                answers.FaultAsync,
                stop => WorkAsync(settings, backend, loggers, time, stop),
                relay
            );
        }

        var http = new HttpGateway(
            new HttpGatewayOptions
            {
                Address = address,
                Listener = settings.Gateway.Listener ?? ListenerWatch.NewListener(entropy),
            },
            Signed(settings.Gateway, azure),
            time,
            entropy,
            loggers,
            store.Blobs,
            store.Queues
        );
        return new(
            http,
            () => Task.FromResult<string?>(http.IsReachable ? null : "the Functions app does not answer"),
            UntilStopAsync,
            null
        );
    }

    static async Task WorkAsync(
        ContainerSettings settings,
        Backend backend,
        ILoggerFactory loggers,
        TimeProvider time,
        CancellationToken stop
    )
    {
        var logger = loggers.CreateLogger<DailyReports>();
        await using var reports = backend.Sending.OpenReports(settings.Reports, settings.Door.Dns, logger);
        using var hooks = backend.Hooks.Open(
            settings.Hooks,
            backend.Sending,
            settings.Door.Dns,
            loggers.CreateLogger<HookWorker>()
        );
        await StoreWork.RunAsync(backend, reports, hooks, loggers, time, stop);
    }

    public async ValueTask DisposeAsync()
    {
        if (Gateway is IAsyncDisposable gateway)
            await gateway.DisposeAsync();
        if (Relay is not null)
            await Relay.DisposeAsync();
    }

    static CallerKey Signed(GatewaySettings gateway, AzureServices azure) =>
        gateway.Key is { } key
            ? CallerKey.Function(key, HttpGateway.Transport())
            : CallerKey.Bearer(cancel => azure.TokenAsync(gateway.Audience!, cancel), HttpGateway.Transport());

    static async Task UntilStopAsync(CancellationToken stop)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = stop.Register(stopped.SetResult);
        await stopped.Task;
    }
}
