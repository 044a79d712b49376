using Cloud.Store.Local;

namespace Cloud.Tests.Store.Local;

/// <summary>A data directory of one test; goes with it.</summary>
sealed class LocalDirectory : IAsyncDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("cloud-store-").FullName;

    public TurnedClock Clock { get; } = new();

    public LocalStore? Store { get; private set; }

    public LocalStoreOptions Options => new(Path) { Time = Clock };

    public Task<LocalStore> OpenAsync() => OpenAsync(Options);

    public async Task<LocalStore> OpenAsync(LocalStoreOptions options) =>
        Store = await LocalStore.OpenAsync(options, default);

    public async ValueTask DisposeAsync()
    {
        if (Store is not null)
            await Store.DisposeAsync();
        Directory.Delete(Path, recursive: true);
    }
}
