namespace Cloud.Store.Azure;

/// <summary>The three services of an account; with a name and a key requests are signed, without by identity.</summary>
sealed class StorageAccount(string? name, string? key, Uri blobs, Uri queues, Uri tables)
{
    public string? Name { get; } = name;

    /// <summary>Base64, as Azure hands it out.</summary>
    public string? Key { get; } = key;

    public Uri Blobs { get; } = blobs;
    public Uri Queues { get; } = queues;
    public Uri Tables { get; } = tables;
}
