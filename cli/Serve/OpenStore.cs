using Cloud.Api.Gateway;
using Cloud.Api.Gateway.OAuth;
using Cloud.Dns;
using Cloud.Flow.Outbound;
using Cloud.Flow.Outbound.Relay;
using Cloud.Store.Azure;
using Cloud.Store.Local;
using Cloud.Store.Ports;

namespace Cloud.Cli.Serve;

/// <summary>The store that the settings name, with the rooms on it: the only place that knows both adapters.</summary>
/// <param name="Relay">Sends to other servers; null where the Functions app does.</param>
/// <param name="ForgetfulQueues">As the Functions host sends; null where it does not run.</param>
/// <param name="Local">Null for Azure Storage, which other processes may change too.</param>
/// <param name="KeyEncryptionSecret">Null where it is not known: Azure Storage, and nothing in the environment.</param>
/// <param name="ConnectionString">Of Azure Storage or our Azurite; null where there is none.</param>
/// <param name="Azurite">The one we run; null for none.</param>
sealed record OpenStore(
    Backend Backend,
    SmtpRelay? Relay,
    IBlobs Blobs,
    IQueues Queues,
    IQueues? ForgetfulQueues,
    LocalStore? Local,
    string? KeyEncryptionSecret,
    string? ConnectionString,
    Azurite.Azurite? Azurite
) : IAsyncDisposable
{
    /// <exception cref="StoreInUseException">Another process has the data directory.</exception>
    /// <exception cref="StoreException">It cannot be opened.</exception>
    public static async ValueTask<OpenStore> OpenAsync(
        Settings settings,
        ILoggerFactory loggers,
        CancellationToken cancel
    )
    {
        if (settings.Store == StoreKind.Azure)
        {
            var azure = AzureStore.Open(AzureOptions(settings));
            return Over(azure, settings, settings.KeyEncryptionSecret, settings.ConnectionString, null, loggers);
        }
        if (settings.Store == StoreKind.Azurite)
        {
            var data = Path.Combine(settings.Data, "azurite", "data");
            var azurite = await Cloud.Cli.Azurite.Azurite.StartAsync(settings.Azurite, data, Entropy.System, cancel);
            var store = AzureStore.Open(new() { ConnectionString = azurite.ConnectionString });
            var secret = KeyEncryptionFile.SecretOf(settings);
            return Over(store, settings, secret, azurite.ConnectionString, azurite, loggers);
        }

        var local = await LocalStore.OpenAsync(
            new LocalStoreOptions(settings.Data) { Logger = loggers.CreateLogger<LocalStore>() },
            cancel
        );
        var key = KeyEncryptionFile.SecretOf(settings);
        var relay = RelayOn(local.Rows, settings, key, loggers);
        var rooms = Rooms(local.Rows, local.Blobs, local.Queues, soleOwner: true, settings, key, relay, loggers);
        return new(rooms, relay, local.Blobs, local.Queues, null, local, key, null, null);
    }

    public async ValueTask DisposeAsync()
    {
        if (Relay is not null)
            await Relay.DisposeAsync();
        if (Local is not null)
            await Local.DisposeAsync();
        if (Azurite is not null)
            await Azurite.DisposeAsync();
    }

    static OpenStore Over(
        AzureStore store,
        Settings settings,
        string? key,
        string? connectionString,
        Azurite.Azurite? azurite,
        ILoggerFactory loggers
    )
    {
        var relay = RelayOn(store.Rows, settings, key, loggers);
        var rooms = Rooms(store.Rows, store.Blobs, store.Queues, soleOwner: false, settings, key, relay, loggers);
        return new(
            rooms,
            relay,
            store.Blobs,
            store.Queues,
            store.ForgetfulQueues,
            null,
            key,
            connectionString,
            azurite
        );
    }

    static SmtpRelay? RelayOn(IRows rows, Settings settings, string? secret, ILoggerFactory loggers) =>
        settings.Gateway == GatewayKind.Functions
            ? null
            : SmtpRelay.Open(
                settings.Relay,
                settings.Door.Dns,
                rows,
                secret is null ? null : KeyEncryptionFile.Key(secret),
                TimeProvider.System,
                Entropy.System,
                loggers.CreateLogger<Resolver>()
            );

    static Backend Rooms(
        IRows rows,
        IBlobs blobs,
        IQueues queues,
        bool soleOwner,
        Settings settings,
        string? secret,
        IRelay? relay,
        ILoggerFactory loggers
    ) =>
        new(
            rows,
            blobs,
            queues,
            TimeProvider.System,
            Entropy.System,
            new() { SoleOwner = soleOwner },
            secret is null ? null : KeyEncryptionFile.Key(secret),
            relay,
            new() { HostName = settings.Hostname },
            settings.Submission,
            settings.Greylist,
            TokenIntrospection.Open(
                settings.Gateway == GatewayKind.Local ? settings.Tokens : null, // The Functions app asks itself.
                settings.Door.Dns,
                TimeProvider.System,
                Entropy.System,
                loggers
            )
        );

    public static AzureStoreOptions AzureOptions(Settings settings) =>
        new()
        {
            ConnectionString = settings.ConnectionString,
            BlobEndpoint = settings.Endpoints?.Blob,
            QueueEndpoint = settings.Endpoints?.Queue,
            TableEndpoint = settings.Endpoints?.Table,
        };
}
