using System.Diagnostics.Metrics;
using Cloud.Store.Ports;

namespace Cloud.Store.Messages;

/// <summary>Removes blobs that nothing names any more.</summary>
static class BlobWaste
{
    static readonly Meter Meter = new("Cloud.Store");

    /// <summary>Blobs that could not be removed and stay as waste.</summary>
    static readonly Counter<long> Left = Meter.CreateCounter<long>("cloud.store.blobs.left");

    /// <summary>Waste costs little and harms nobody, so a fault here must not undo the answer to what caused it.</summary>
    public static async ValueTask RemoveAsync(IBlobs blobs, string name)
    {
        try
        {
            await blobs.DeleteAsync(name, CancellationToken.None);
        }
        catch (StoreException)
        {
            Left.Add(1);
        }
    }
}
