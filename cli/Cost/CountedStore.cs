using Cloud.Api.Admin;
using Cloud.Api.Gateway;
using Cloud.Api.Gateway.Wire;
using Cloud.Listener.Gateway;
using Cloud.Store;
using Cloud.Store.Azure;
using Cloud.Store.Counting;
using Cloud.Store.Local;
using Cloud.Store.Ports;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cloud.Cli.Cost;

/// <summary>A store in a folder of its own, and before it what stands before Azure's: the listener's gateway over HTTP, the Functions app.</summary>
/// <remarks>Everything goes through counting ports. The folder is gone at the end.</remarks>
sealed class CountedStore : IAsyncDisposable
{
    readonly string directory;
    readonly LocalStore store;
    readonly CountingRows rows;
    readonly CountingBlobs blobs;
    readonly CountingQueues queues;
    readonly HttpGateway gateway;

    CountedStore(string folder, LocalStore opened, bool cold)
    {
        (directory, store) = (folder, opened);
        rows = new(store.Rows);
        blobs = new(store.Blobs, AzureStore.RequestsToWrite);
        queues = new(store.Queues);
        Backend = NewBackend();
        var warm = new GatewayService(Backend);
        App = new(cold ? () => new GatewayService(NewBackend()) : () => warm, TimeProvider.System);
        gateway = new(
            new()
            {
                Address = new Uri("http://functions.invalid/"),
                Listener = ListenerWatch.NewListener(Entropy.System),
                Tries = 1, // one that is tried again would be counted twice
            },
            App,
            Clock,
            Entropy.System,
            NullLoggerFactory.Instance,
            blobs,
            queues
        );
    }

    public MovableClock Clock { get; } = new();

    public CountedApp App { get; }

    public Backend Backend { get; }

    public IGateway Gateway => gateway;

    public Administration Administration => new(Backend);

    /// <exception cref="StoreException">There is no room, or no right to it.</exception>
    public static async Task<CountedStore> OpenAsync(bool cold, CancellationToken cancel)
    {
        var directory = Directory.CreateTempSubdirectory("cloud-cost-").FullName;
        try
        {
            return new(directory, await LocalStore.OpenAsync(new LocalStoreOptions(directory), cancel), cold);
        }
        catch
        {
            Directory.Delete(directory, recursive: true);
            throw;
        }
    }

    /// <summary>Counts from nothing.</summary>
    public void Reset()
    {
        rows.Reset();
        blobs.Reset();
        queues.Reset();
        App.Reset();
    }

    /// <summary>Nobody is at work, and the listener has read what it was told of changes.</summary>
    public bool IsQuiet => !App.IsAtWork && queues.Sends == queues.Deletes;

    /// <summary>What has been counted since the reset.</summary>
    /// <param name="copied">Octets of a blob that was copied.</param>
    /// <param name="sent">Octets to clients.</param>
    /// <remarks>That the listener looks into its queue each second is counted by the hour, not by the message.</remarks>
    public Count Read(long copied, long sent) =>
        new(
            blobs.WriteRequests + blobs.Copies + blobs.Lists,
            blobs.Reads,
            rows.Reads,
            rows.Commits,
            rows.Changes,
            queues.Operations - queues.Receives,
            App.Executions,
            App.Lasted,
            sent,
            blobs.OctetsWritten + blobs.Copies * copied,
            rows.OctetsInserted
        );

    public async ValueTask DisposeAsync()
    {
        await gateway.DisposeAsync();
        await store.DisposeAsync();
        Directory.Delete(directory, recursive: true);
    }

    /// <summary>As an instance of the Functions app has it: others write the store, too.</summary>
    Backend NewBackend() => new(rows, blobs, queues, Clock, Entropy.System, new StoreOptions());
}
