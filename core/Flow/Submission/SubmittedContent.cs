using Cloud.Mail;

namespace Cloud.Flow.Submission;

/// <summary>What a submitted message says of itself, found out while it streamed in.</summary>
/// <param name="Authors">Everybody in From (RFC 5322 §3.6.2), one at least.</param>
/// <param name="Sender">Who is in Sender; null where there is none.</param>
/// <param name="MessageId">Without angle brackets.</param>
/// <param name="Subject">Decoded, its first characters; null where there is none.</param>
/// <param name="BodyHash">SHA-256 of the body in relaxed canonical form (RFC 6376 §3.4.4).</param>
/// <param name="BlindFields">The Bcc fields that were taken off, each with its CRLF: for the author's own copy.</param>
/// <param name="IsEightBit">There are octets beyond ASCII.</param>
/// <param name="MayNeedUtf8">There are some in the header, or where parts have headers of their own (RFC 6532 §3).</param>
/// <param name="IsTlsOptional">Its author would rather have it sent in clear than not at all (RFC 8689 §5).</param>
public sealed record SubmittedContent(
    IReadOnlyList<EmailAddress> Authors,
    EmailAddress? Sender,
    string MessageId,
    string? Subject,
    ReadOnlyMemory<byte> BodyHash,
    ReadOnlyMemory<byte> BlindFields,
    bool IsEightBit,
    bool MayNeedUtf8,
    bool IsTlsOptional
)
{
    /// <summary>Addresses taken of From.</summary>
    public const int MaxAuthors = 50;

    /// <summary>Characters of <see cref="Subject"/>: it is for listings and notices.</summary>
    public const int MaxSubject = 200;

    /// <summary>Characters of <see cref="MessageId"/>: no line of a header has more octets (RFC 5322 §2.1.1).</summary>
    public const int MaxMessageId = 998;

    /// <summary>Octets of <see cref="BlindFields"/>; more are left out, as they are read with the row.</summary>
    public const int MaxBlindFields = 4 * 1024;
}
