using Cloud.Flow.Inbound;

namespace Cloud.Api.Gateway;

/// <summary>A message streaming in. Disposing it before completion leaves nothing behind.</summary>
public abstract class MessageUpload : IAsyncDisposable
{
    /// <summary>Octets written so far.</summary>
    public abstract long Size { get; }

    /// <summary>Takes the bytes over before it returns; the caller may reuse the buffer.</summary>
    /// <exception cref="Store.Ports.StoreException">The store cannot take them.</exception>
    public abstract ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel);

    /// <summary>Makes the bytes durable.</summary>
    /// <exception cref="Store.Ports.StoreException">The store cannot take them; nothing stays.</exception>
    public abstract ValueTask<UploadedMessage> CompleteAsync(CancellationToken cancel);

    /// <summary>Reads a completed upload, from its first octet on, before any transaction has taken it over.</summary>
    /// <returns>A stream, to be disposed.</returns>
    /// <exception cref="Store.Ports.StoreException">It cannot be read.</exception>
    public abstract ValueTask<Stream> OpenAsync(CancellationToken cancel);

    /// <summary>Removes a completed upload that no transaction has taken over (the peer left, the mailbox is gone).</summary>
    public abstract ValueTask AbandonAsync(CancellationToken cancel);

    public abstract ValueTask DisposeAsync();
}
