using Cloud.Store.Ports;

namespace Cloud.Store.Messages;

static class BlobExtensions
{
    public static async ValueTask<bool> ExistsAsync(this IBlobs blobs, string name, CancellationToken cancel)
    {
        await using var stream = await blobs.OpenAsync(name, 0, 1, cancel);
        return stream is not null;
    }
}
