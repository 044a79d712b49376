using System.Buffers;
using Cloud.Flow.Outbound.Relay;
using Cloud.Trust.Arc;
using Cloud.Trust.Dkim;

namespace Cloud.Flow.Outbound.Forwarding;

/// <summary>Lets the next server know what we found out of a message that we pass on: RFC 8617.</summary>
/// <remarks>When it is sent, as signatures are. The body has to be read for it, so the blob is read twice.</remarks>
static class Sealing
{
    const int Block = 32 * 1024;

    /// <returns>Fields to be put before the message; nothing where it cannot be sealed.</returns>
    /// <exception cref="Cloud.Store.Ports.StoreException">The blob or the keys cannot be read.</exception>
    public static async ValueTask<byte[]> OfAsync(
        RelayJob job,
        string domain,
        SigningKeys keys,
        TimeProvider time,
        CancellationToken cancel
    )
    {
        var signing = await keys.OfAsync(domain, cancel);
        if (signing.FirstOrDefault(one => one.Algorithm == DkimAlgorithm.RsaSha256) is not { } key)
            return [];
        using var sealing = new ArcSealing(domain, key, time);
        sealing.Write(job.Message.Fields.Span);
        await using var blob = await job.OpenBlob(cancel);
        var buffer = ArrayPool<byte>.Shared.Rent(Block);
        try
        {
            while (await blob.ReadAsync(buffer, cancel) is > 0 and var count)
                sealing.Write(buffer.AsSpan(0, count));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return sealing.Complete();
    }
}
