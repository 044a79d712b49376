using Cloud.Mail.Headers;

namespace Cloud.Mail;

/// <summary>What delivery learns of a message in one pass, so that FETCH and SEARCH need not read it again.</summary>
public sealed record MessageIndex
{
    /// <summary>Most message-ids kept of References: the first (the thread's root) and the last ones.</summary>
    public const int MaxReferences = 100;

    readonly DateTimeOffset? sent;

    public required Envelope Envelope { get; init; }
    public required BodyPart Body { get; init; }

    /// <summary>RFC822.SIZE: octets of the message.</summary>
    public required long Size { get; init; }

    /// <summary>Message-ids of References without angle brackets, oldest first.</summary>
    public IReadOnlyList<Octets> References { get; init; } = [];

    /// <summary>The first words of the message (RFC 8970) in UTF-8: at most <see cref="Text.Preview.MaxCharacters"/>.</summary>
    /// <remarks>Empty where there is nothing to read. Nil in an index of version 1, which kept none.</remarks>
    public Octets Preview { get; init; }

    /// <summary>The list that sent it: what stands in List-Id's angle brackets (RFC 2919 §3); nil if none.</summary>
    public Octets ListId { get; init; }

    /// <summary>Auto-Submitted without its parameters (RFC 3834 §5); nil if none.</summary>
    public Octets AutoSubmitted { get; init; }

    /// <summary>The header held more than is kept: use <see cref="Envelope.Parse"/> on the message's header.</summary>
    public bool Truncated { get; init; }

    /// <summary>Octets of the header with its blank line: BODY[HEADER] is the first so many of the message.</summary>
    public long HeaderLength => Body.BodyStart;

    /// <summary>Without angle brackets; nil if none.</summary>
    public Octets MessageId => MessageIds.First(Envelope.MessageId);

    /// <summary>Without angle brackets.</summary>
    public IReadOnlyList<Octets> InReplyTo => MessageIds.Parse(Envelope.InReplyTo, MaxReferences);

    /// <summary>The Date field, null if missing or beyond understanding.</summary>
    /// <remarks>Read at delivery; anew where an index did not keep it, which is when senders wrote it oddly.</remarks>
    public DateTimeOffset? SentDate
    {
        get => sent ?? MailDate.Parse(Envelope.Date.Span);
        init => sent = value;
    }

    /// <summary>The subject with its encoded words decoded.</summary>
    public string Subject => EncodedWords.Decode(Envelope.Subject.Span);

    /// <summary>The subject without <c>Re:</c>, <c>[list]</c> and their kin. RFC 5256 §2.1.</summary>
    public BaseSubject BaseSubject => SubjectCut is { } cut ? BaseSubject.At(Subject, cut) : BaseSubject.Of(Subject);

    /// <summary>Where the base is in the subject; null in an index of version 1 or 2.</summary>
    internal SubjectCut? SubjectCut { get; init; }

    /// <summary>What SORT compares.</summary>
    public SortKeys SortKeys => SortKeys.Of(this);

    /// <summary>No person wrote it, says its sender: nothing may answer it by itself (RFC 3834 §2).</summary>
    public bool IsAutomatic => !AutoSubmitted.IsNilOrEmpty && !AutoSubmitted.EqualsIgnoreCase("no"u8);

    /// <summary>Whether a reader would offer something to save.</summary>
    public bool HasAttachment { get; init; }

    /// <param name="fieldsInFront">Octets of header fields put in front of the message since it was indexed.</param>
    public static MessageIndex Unpack(ReadOnlySpan<byte> packed, int fieldsInFront = 0) =>
        IndexUnpacker.Unpack(packed, fieldsInFront);

    /// <summary>The compact form kept beside the message.</summary>
    /// <remarks>At most <see cref="IndexPacker.MaxPacked"/> octets: addresses are dropped to fit, then parts.</remarks>
    public byte[] Pack() => IndexPacker.Pack(this);

    /// <summary>The part that an IMAP section names (<c>1.2</c> is [1, 2]); null if there is none.</summary>
    /// <remarks>
    /// RFC 9051 §6.4.5.1. Its ranges of the message: <c>BODY[p]</c> is BodyStart, BodyLength; <c>BODY[p.MIME]</c> is
    /// HeaderStart, HeaderLength; <c>BODY[p.HEADER]</c> and <c>[p.TEXT]</c> are those of its Message's Body.
    /// </remarks>
    public BodyPart? Part(ReadOnlySpan<int> path)
    {
        if (path.IsEmpty)
            return null;

        var part = Body.Numbered(path[0]);
        foreach (var number in path[1..])
            part = part?.Child(number);
        return part;
    }
}
