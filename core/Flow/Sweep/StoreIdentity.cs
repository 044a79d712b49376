using Cloud.Store.Ports;

namespace Cloud.Flow.Sweep;

/// <summary>Proves that rows and blobs belong together: both know the same random number.</summary>
/// <remarks>
/// Tables of one account beside blobs of another would make all its mail look as if nothing named it.
/// </remarks>
static class StoreIdentity
{
    public const int Bytes = 16;

    const string Blob = "store";

    /// <summary>Names the blobs' side, unless it has a name.</summary>
    public static async ValueTask WriteAsync(IBlobs blobs, byte[] store, CancellationToken cancel)
    {
        if (await ReadAsync(blobs, cancel) is not null)
            return;
        await using var writer = await blobs.CreateAsync(Blob, cancel);
        await writer.WriteAsync(store, cancel);
        await writer.CompleteAsync(cancel);
    }

    public static async ValueTask<bool> IsAsync(IBlobs blobs, byte[] store, CancellationToken cancel) =>
        await ReadAsync(blobs, cancel) is { } found && found.AsSpan().SequenceEqual(store);

    static async ValueTask<byte[]?> ReadAsync(IBlobs blobs, CancellationToken cancel)
    {
        await using var stream = await blobs.OpenAsync(Blob, 0, Bytes + 1, cancel);
        if (stream is null)
            return null;
        var bytes = new byte[Bytes + 1];
        var count = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancel);
        return bytes[..count];
    }
}
