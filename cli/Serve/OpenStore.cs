using Cloud.Api.Gateway;
using Cloud.Store;
using Cloud.Store.Azure;
using Cloud.Store.Local;
using Cloud.Store.Ports;

namespace Cloud.Cli.Serve;

/// <summary>The store that the settings name, with the rooms on it: the only place that knows both adapters.</summary>
/// <param name="Local">Null for Azure Storage, which other processes may change too.</param>
sealed record OpenStore(Backend Backend, LocalStore? Local) : IAsyncDisposable
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
            return new(Rooms(azure.Rows, azure.Blobs, azure.Queues, soleOwner: false), null);
        }

        var options = new LocalStoreOptions(settings.Data) { Logger = loggers.CreateLogger<LocalStore>() };
        var local = await LocalStore.OpenAsync(options, cancel);
        return new(Rooms(local.Rows, local.Blobs, local.Queues, soleOwner: true), local);
    }

    public ValueTask DisposeAsync() => Local?.DisposeAsync() ?? ValueTask.CompletedTask;

    static Backend Rooms(IRows rows, IBlobs blobs, IQueues queues, bool soleOwner) =>
        new(rows, blobs, queues, TimeProvider.System, Entropy.System, new StoreOptions { SoleOwner = soleOwner });

    public static AzureStoreOptions AzureOptions(Settings settings) =>
        new()
        {
            ConnectionString = settings.ConnectionString,
            BlobEndpoint = settings.Endpoints?.Blob,
            QueueEndpoint = settings.Endpoints?.Queue,
            TableEndpoint = settings.Endpoints?.Table,
        };
}
