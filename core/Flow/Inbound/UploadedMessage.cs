namespace Cloud.Flow.Inbound;

/// <summary>A message whose bytes are durable in a blob that no account owns yet.</summary>
/// <param name="Size">Octets of the blob.</param>
/// <param name="Sha256">Of the blob, 32 octets.</param>
/// <param name="Index">A packed <see cref="Mail.MessageIndex"/> of the blob.</param>
public sealed record UploadedMessage(string Blob, long Size, ReadOnlyMemory<byte> Sha256, ReadOnlyMemory<byte> Index);
