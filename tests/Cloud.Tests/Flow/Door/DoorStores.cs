using Cloud.Store.Azure;
using Cloud.Store.Ports;
using Cloud.Tests.Store.Azure;
using Cloud.Tests.Store.Local;

namespace Cloud.Tests.Flow.Door;

/// <summary>SQLite and segments, closed and opened again between processes.</summary>
public sealed class LocalDoorStoreTests : DoorStoreSuite, IAsyncLifetime
{
    readonly LocalDirectory directory = new();

    protected override bool IsOwned => true;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await directory.DisposeAsync();

    protected override async ValueTask<(IRows Rows, IBlobs Blobs, IQueues Queues)> OpenAsync()
    {
        await directory.CloseAsync();
        var store = await directory.OpenAsync();
        return (store.Rows, store.Blobs, store.Queues);
    }
}

/// <summary>Azurite, one for each test: what the door keeps has the same names in all of them.</summary>
public sealed class AzureDoorStoreTests : DoorStoreSuite, IAsyncLifetime
{
    AzuriteProcess azurite = null!;

    protected override bool IsOwned => false;

    public async Task InitializeAsync() => azurite = await AzuriteProcess.StartAsync();

    public async Task DisposeAsync() => await azurite.DisposeAsync();

    protected override ValueTask<(IRows Rows, IBlobs Blobs, IQueues Queues)> OpenAsync()
    {
        var store = AzureStore.Open(new() { ConnectionString = azurite.ConnectionString });
        return new((store.Rows, store.Blobs, store.Queues));
    }
}
