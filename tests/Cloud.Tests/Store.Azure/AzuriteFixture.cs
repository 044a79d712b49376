using Cloud.Store.Azure;

namespace Cloud.Tests.Store.Azure;

/// <summary>One Azurite for all tests that are in its collection.</summary>
public sealed class AzuriteFixture : IAsyncLifetime
{
    public const string Collection = "Azurite";

    AzuriteProcess process = null!;

    public AzureStore Store { get; private set; } = null!;

    public string ConnectionString => process.ConnectionString;

    public async Task InitializeAsync()
    {
        process = await AzuriteProcess.StartAsync();
        Store = AzureStore.Open(new() { ConnectionString = ConnectionString });
    }

    public async Task DisposeAsync() => await process.DisposeAsync();
}

[CollectionDefinition(AzuriteFixture.Collection)]
public sealed class AzuriteCollection : ICollectionFixture<AzuriteFixture>;
