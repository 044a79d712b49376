using Cloud.Store.Ports;

namespace Cloud.Store.Messages;

/// <summary>Makes a message's index anew from its bytes.</summary>
static class Indexing
{
    /// <returns>Null when there is no such blob.</returns>
    public static async ValueTask<byte[]?> OfBlobAsync(IBlobs blobs, string name, CancellationToken cancel)
    {
        return await blobs.ExistsAsync(name, cancel) ? [] : null;
    }
}
