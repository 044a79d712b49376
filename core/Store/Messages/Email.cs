using Cloud.Mail;

namespace Cloud.Store.Messages;

/// <summary>What never changes about a message; its bytes are in the blob, but for the fields of its delivery.</summary>
/// <param name="Size">Octets of the message: of the blob and of <see cref="DeliveryFields"/>.</param>
/// <param name="Sha256">Of the blob: 32 octets. Proves that what is read is what came in.</param>
/// <param name="Index">ENVELOPE, BODYSTRUCTURE and offsets of the blob, made at delivery; packed.</param>
/// <param name="Transaction">The hand-over that brought it: the trace id.</param>
public sealed record Email(
    EmailId Id,
    ThreadId Thread,
    string Blob,
    long Size,
    ReadOnlyMemory<byte> Sha256,
    ReadOnlyMemory<byte> Index,
    TransactionId Transaction
)
{
    /// <summary>Most octets of <see cref="DeliveryFields"/>: they are read with every row.</summary>
    public const int MaxDeliveryFields = 8 * 1024;

    /// <summary>Header fields that stand in front of the blob, each with its CRLF: what was found out at delivery, which is
    /// known only when the blob is written, and may differ from account to account.</summary>
    public ReadOnlyMemory<byte> DeliveryFields { get; init; }

    /// <summary>The index, with offsets in the message as it is read.</summary>
    public MessageIndex UnpackIndex() => MessageIndex.Unpack(Index.Span, DeliveryFields.Length);
}
