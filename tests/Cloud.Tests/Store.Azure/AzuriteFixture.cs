using Cloud.Store.Azure;

namespace Cloud.Tests.Store.Azure;

/// <summary>One Azurite for all tests that are in its collection.</summary>
public sealed class AzuriteFixture : IAsyncLifetime
{
    public const string Collection = "Azurite";

    public const string Key =
        "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    AzuriteProcess process = null!;

    public AzureStore Store { get; private set; } = null!;

    public string ConnectionString =>
        $"AccountName=devstoreaccount1;AccountKey={Key};"
        + $"BlobEndpoint=http://127.0.0.1:{process.BlobPort}/devstoreaccount1;"
        + $"QueueEndpoint=http://127.0.0.1:{process.QueuePort}/devstoreaccount1;"
        + $"TableEndpoint=http://127.0.0.1:{process.TablePort}/devstoreaccount1";

    public async Task InitializeAsync()
    {
        process = await AzuriteProcess.StartAsync();
        Store = AzureStore.Open(new() { ConnectionString = ConnectionString });
    }

    public async Task DisposeAsync() => await process.DisposeAsync();
}

[CollectionDefinition(AzuriteFixture.Collection)]
public sealed class AzuriteCollection : ICollectionFixture<AzuriteFixture>;
