namespace Cloud.Store.Ports;

/// <param name="Length">Octets.</param>
public sealed record BlobInfo(string Name, long Length);

/// <summary>Blob storage: immutable named byte strings.</summary>
/// <remarks>
/// Names: 1 to 512 characters of letters, digits, <c>- _ . ! /</c>. Every method may throw
/// <see cref="StoreException"/>.
/// </remarks>
public interface IBlobs
{
    /// <summary>Begins a blob. Nothing is visible, and nothing stays, unless it is completed.</summary>
    ValueTask<BlobWriter> CreateAsync(string name, CancellationToken cancel);

    /// <summary>Reads from <paramref name="offset"/> on; a range beyond the end gives what is there.</summary>
    /// <param name="length">Octets at most; null reads to the end.</param>
    /// <returns>A stream of the range, to be disposed; null when there is no such blob.</returns>
    ValueTask<Stream?> OpenAsync(string name, long offset, long? length, CancellationToken cancel);

    /// <summary>Makes a second blob with the same content.</summary>
    /// <returns>False when the source is missing or the target exists.</returns>
    ValueTask<bool> CopyAsync(string source, string target, CancellationToken cancel);

    /// <returns>False when there was none.</returns>
    ValueTask<bool> DeleteAsync(string name, CancellationToken cancel);

    /// <summary>Blobs whose name starts with <paramref name="prefix"/>, in ordinal order.</summary>
    IAsyncEnumerable<BlobInfo> ListAsync(string prefix, CancellationToken cancel);
}

/// <summary>A blob on its way in. Disposing it before completion leaves nothing behind.</summary>
public abstract class BlobWriter : IAsyncDisposable
{
    /// <summary>Takes the bytes over before it returns; the caller may reuse the buffer.</summary>
    public abstract ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel);

    /// <summary>Makes the blob durable and visible.</summary>
    /// <returns>False when the name is taken; the blob there is untouched.</returns>
    public abstract ValueTask<bool> CompleteAsync(CancellationToken cancel);

    public abstract ValueTask DisposeAsync();
}
