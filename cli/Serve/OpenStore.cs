using Cloud.Api.Gateway;
using Cloud.Flow.Submission;
using Cloud.Store;
using Cloud.Store.Azure;
using Cloud.Store.Local;
using Cloud.Store.Ports;

namespace Cloud.Cli.Serve;

/// <summary>The store that the settings name, with the rooms on it: the only place that knows both adapters.</summary>
/// <param name="ForgetfulQueues">As the Functions host sends; null where it does not run.</param>
/// <param name="Local">Null for Azure Storage, which other processes may change too.</param>
/// <param name="KeyEncryptionSecret">Null where it is not known: Azure Storage, and nothing in the environment.</param>
/// <param name="ConnectionString">Of Azure Storage or our Azurite; null where there is none.</param>
/// <param name="Azurite">The one we run; null for none.</param>
sealed record OpenStore(
    Backend Backend,
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
            return Over(
                AzureStore.Open(AzureOptions(settings)),
                settings.KeyEncryptionSecret,
                settings.ConnectionString,
                null,
                settings.Submission
            );
        if (settings.Store == StoreKind.Azurite)
        {
            var data = Path.Combine(settings.Data, "azurite", "data");
            var azurite = await Cloud.Cli.Azurite.Azurite.StartAsync(settings.Azurite, data, Entropy.System, cancel);
            var options = new AzureStoreOptions { ConnectionString = azurite.ConnectionString };
            var secret = KeyEncryptionFile.SecretOf(settings);
            return Over(AzureStore.Open(options), secret, azurite.ConnectionString, azurite, settings.Submission);
        }

        var local = await LocalStore.OpenAsync(
            new LocalStoreOptions(settings.Data) { Logger = loggers.CreateLogger<LocalStore>() },
            cancel
        );
        var key = KeyEncryptionFile.SecretOf(settings);
        var rooms = Rooms(local.Rows, local.Blobs, local.Queues, soleOwner: true, key, settings.Submission);
        return new(rooms, local.Blobs, local.Queues, null, local, key, null, null);
    }

    public async ValueTask DisposeAsync()
    {
        if (Local is not null)
            await Local.DisposeAsync();
        if (Azurite is not null)
            await Azurite.DisposeAsync();
    }

    static OpenStore Over(
        AzureStore store,
        string? key,
        string? connectionString,
        Azurite.Azurite? azurite,
        SubmissionOptions submission
    )
    {
        var rooms = Rooms(store.Rows, store.Blobs, store.Queues, soleOwner: false, key, submission);
        return new(rooms, store.Blobs, store.Queues, store.ForgetfulQueues, null, key, connectionString, azurite);
    }

    static Backend Rooms(
        IRows rows,
        IBlobs blobs,
        IQueues queues,
        bool soleOwner,
        string? secret,
        SubmissionOptions submission
    )
    {
        var options = new StoreOptions { SoleOwner = soleOwner };
        var key = secret is null ? null : KeyEncryptionFile.Key(secret);
        return new(rows, blobs, queues, TimeProvider.System, Entropy.System, options, key, submission: submission);
    }

    public static AzureStoreOptions AzureOptions(Settings settings) =>
        new()
        {
            ConnectionString = settings.ConnectionString,
            BlobEndpoint = settings.Endpoints?.Blob,
            QueueEndpoint = settings.Endpoints?.Queue,
            TableEndpoint = settings.Endpoints?.Table,
        };
}
