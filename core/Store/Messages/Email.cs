namespace Cloud.Store.Messages;

/// <summary>What never changes about a message; its bytes are in the blob.</summary>
/// <param name="Size">Octets of the blob.</param>
/// <param name="Sha256">Of the blob: 32 octets. Proves that what is read is what came in.</param>
/// <param name="Index">ENVELOPE, BODYSTRUCTURE and offsets, made at delivery: a packed <see cref="Mail.MessageIndex"/>.</param>
/// <param name="Transaction">The hand-over that brought it: the trace id.</param>
public sealed record Email(
    EmailId Id,
    ThreadId Thread,
    string Blob,
    long Size,
    ReadOnlyMemory<byte> Sha256,
    ReadOnlyMemory<byte> Index,
    TransactionId Transaction
);
