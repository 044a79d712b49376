using Cloud.Store.Ports;

namespace Cloud.Store.Messages;

/// <summary>Reads a message as it was delivered: its delivery fields, and then the blob.</summary>
static class StoredMessage
{
    /// <param name="offset">Octets of the message left out in front.</param>
    /// <param name="length">Octets at most; null reads to the end.</param>
    /// <returns>Null when the blob is gone.</returns>
    public static ValueTask<Stream?> OpenAsync(
        this IBlobs blobs,
        Email email,
        long offset,
        long? length,
        CancellationToken cancel
    ) => OpenAsync(blobs, email.Blob, email.DeliveryFields, offset, length, cancel);

    /// <inheritdoc cref="OpenAsync(IBlobs, Email, long, long?, CancellationToken)"/>
    /// <param name="fields">See <see cref="Email.DeliveryFields"/>.</param>
    public static async ValueTask<Stream?> OpenAsync(
        this IBlobs blobs,
        string blob,
        ReadOnlyMemory<byte> fields,
        long offset,
        long? length,
        CancellationToken cancel
    )
    {
        if (offset >= fields.Length)
            return await blobs.OpenAsync(blob, offset - fields.Length, length, cancel);
        var front = fields[(int)offset..];
        if (length <= front.Length)
            return new FieldsThenBlob(front[..(int)length], null);
        var rest = await blobs.OpenAsync(blob, 0, length - front.Length, cancel);
        return rest is null ? null : new FieldsThenBlob(front, rest);
    }
}
