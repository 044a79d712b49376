using Cloud.Store.Local;
using Cloud.Store.Ports;

namespace Cloud.Tests.Store.Local;

/// <summary>A data directory of one test; goes with it.</summary>
sealed class LocalDirectory : IAsyncDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("cloud-store-").FullName;

    public TurnedClock Clock { get; } = new();

    public LocalStore? Store { get; private set; }

    /// <summary>Segments of 2 MiB, so that tests have many; compaction only when a test asks for it.</summary>
    public LocalStoreOptions Small => new(Path) { Time = Clock, SegmentBytes = LocalStoreOptions.MinSegmentBytes };

    public string[] Segments => [.. Directory.GetFiles(System.IO.Path.Combine(Path, "blobs")).Order()];

    public string Index => System.IO.Path.Combine(Path, "blobs.db");

    public Task<LocalStore> OpenAsync() => OpenAsync(new(Path) { Time = Clock });

    public async Task<LocalStore> OpenAsync(LocalStoreOptions options) =>
        Store = await LocalStore.OpenAsync(options, default);

    public async Task CloseAsync()
    {
        if (Store is not null)
            await Store.DisposeAsync();
        Store = null;
    }

    /// <summary>Closes and opens again.</summary>
    public async Task<LocalStore> ReopenAsync(bool withoutIndex = false)
    {
        await CloseAsync();
        if (withoutIndex)
            DeleteIndex();
        return await OpenAsync(Small);
    }

    public void DeleteIndex()
    {
        foreach (var suffix in new[] { "", "-wal", "-shm" })
            File.Delete(Index + suffix);
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        Directory.Delete(Path, recursive: true);
    }

    public static async Task<bool> PutAsync(LocalStore store, string name, byte[] content)
    {
        await using var writer = await store.Blobs.CreateAsync(name, default);
        await writer.WriteAsync(content, default);
        return await writer.CompleteAsync(default);
    }

    public static async Task<byte[]?> GetAsync(LocalStore store, string name)
    {
        await using var stream = await store.Blobs.OpenAsync(name, 0, null, default);
        if (stream is null)
            return null;
        using var content = new MemoryStream();
        await stream.CopyToAsync(content);
        return content.ToArray();
    }

    public static async Task<List<BlobInfo>> ListAsync(LocalStore store)
    {
        var infos = new List<BlobInfo>();
        await foreach (var info in store.Blobs.ListAsync("", default))
            infos.Add(info);
        return infos;
    }
}
