using Cloud.Mail.Headers;

namespace Cloud.Mail;

/// <summary>One node of a message's MIME tree, and where its bytes are. RFC 9051 §7.5.2 BODYSTRUCTURE.</summary>
/// <remarks>
/// Offsets count octets from the first byte of the message. Children lie inside their parent's body, in order.
/// Text is as written in the header (case kept); defaults of RFC 2045 are filled in for the type alone.
/// </remarks>
public sealed record BodyPart
{
    static readonly Octets Text = Octets.From("text");
    static readonly Octets Plain = Octets.From("plain");

    readonly RareFields? rare;

    public required Octets Type { get; init; }
    public required Octets Subtype { get; init; }

    /// <summary>Of Content-Type, as written: charset is absent when the header does not name one.</summary>
    public IReadOnlyList<Parameter> Parameters { get; init; } = [];

    /// <summary>Content-ID with its angle brackets; nil if none.</summary>
    public Octets Id
    {
        get => rare?.Id ?? default;
        init => rare = value.IsNil && rare is null ? null : (rare ?? RareFields.None) with { Id = value };
    }

    public Octets Description
    {
        get => rare?.Description ?? default;
        init => rare = value.IsNil && rare is null ? null : (rare ?? RareFields.None) with { Description = value };
    }

    /// <summary>Content-Transfer-Encoding without comments; nil if none, which means 7bit.</summary>
    public Octets Encoding { get; init; }

    public Octets Md5
    {
        get => rare?.Md5 ?? default;
        init => rare = value.IsNil && rare is null ? null : (rare ?? RareFields.None) with { Md5 = value };
    }

    public Disposition? Disposition { get; init; }

    public IReadOnlyList<Octets> Languages
    {
        get => rare?.Languages ?? [];
        init => rare = value.Count == 0 && rare is null ? null : (rare ?? RareFields.None) with { Languages = value };
    }

    public Octets Location
    {
        get => rare?.Location ?? default;
        init => rare = value.IsNil && rare is null ? null : (rare ?? RareFields.None) with { Location = value };
    }

    /// <summary>First octet of the part's header.</summary>
    public long HeaderStart { get; internal set; }

    /// <summary>First octet after the header's blank line.</summary>
    public long BodyStart { get; internal set; }

    /// <summary>Octets of the body, still encoded, without the line end that belongs to the next delimiter.</summary>
    public long BodyLength { get; internal set; }

    /// <summary>Octets of the body once decoded: what JMAP calls size (RFC 8621 §4.1.4).</summary>
    /// <returns>
    /// Null where it was not counted: an encoded body in an index of an older version, and a multipart that has parts
    /// though it says that it is encoded (RFC 2045 §6.4 forbids it). Of any other multipart with parts it is
    /// <see cref="BodyLength"/>, delimiters included, since its parts are decoded one by one.
    /// </returns>
    public long? DecodedLength => Decoded ?? (Encodings.TransferCoder.IsCoded(Encoding) ? null : BodyLength);

    /// <summary>Line ends (LF) in the body.</summary>
    public long Lines { get; internal set; }

    /// <summary>Of a multipart. Empty where it has no boundary, no delimiter, or lies beyond a limit: it is then shown as
    /// one part, <see cref="AsText"/>.</summary>
    public IReadOnlyList<BodyPart> Parts { get; internal set; } = [];

    /// <summary>
    /// The message inside message/rfc822 or message/global. Null if it is encoded (base64) or beyond a limit: then
    /// it is opaque, and IMAP shows an empty envelope and text part.
    /// </summary>
    public NestedMessage? Message { get; internal set; }

    /// <summary>As counted in a body that is encoded.</summary>
    internal long? Decoded { get; set; }

    public long HeaderLength => BodyStart - HeaderStart;
    public long BodyEnd => BodyStart + BodyLength;
    public bool IsMultipart => Type.EqualsIgnoreCase("multipart"u8);
    public bool IsText => Type.EqualsIgnoreCase("text"u8);

    /// <summary>message/rfc822 or message/global (RFC 6532).</summary>
    public bool IsMessage =>
        Type.EqualsIgnoreCase("message"u8)
        && (Subtype.EqualsIgnoreCase("rfc822"u8) || Subtype.EqualsIgnoreCase("global"u8));

    /// <summary>To be saved rather than shown, says its sender. RFC 2183 §2.2.</summary>
    public bool IsAttachment => Disposition is { } disposition && disposition.Type.EqualsIgnoreCase("attachment"u8);

    public bool Is(ReadOnlySpan<byte> type, ReadOnlySpan<byte> subtype) =>
        Type.EqualsIgnoreCase(type) && Subtype.EqualsIgnoreCase(subtype);

    /// <summary>A multipart in which no part was found, as the text that somebody can still read in it.</summary>
    /// <remarks>IMAP wants at least one part in a multipart (RFC 9051 §9, body-type-mpart), and users their mail.</remarks>
    public BodyPart AsText() =>
        new()
        {
            Type = Text,
            Subtype = Plain,
            Encoding = Encoding,
            HeaderStart = BodyStart,
            BodyStart = BodyStart,
            BodyLength = BodyLength,
            Decoded = Decoded,
            Lines = Lines,
        };

    /// <summary>The value of a Content-Type parameter, as written; nil if there is none.</summary>
    public Octets Parameter(ReadOnlySpan<byte> name) => Find(Parameters, name);

    /// <summary>The part a section number names below this one: RFC 9051 §6.4.5.1.</summary>
    /// <param name="number">From 1.</param>
    internal BodyPart? Child(int number) => Message is { } message ? message.Body.Numbered(number) : At(number);

    /// <summary>As <see cref="Child"/>, for the body of a message: one that is no multipart is its own part 1.</summary>
    internal BodyPart? Numbered(int number) =>
        IsMultipart ? At(number)
        : number == 1 ? this
        : null;

    internal static Octets Find(IReadOnlyList<Parameter> parameters, ReadOnlySpan<byte> name)
    {
        for (var i = 0; i < parameters.Count; i++)
        {
            if (parameters[i].Name.EqualsIgnoreCase(name))
                return parameters[i].Value;
        }

        return default;
    }

    BodyPart? At(int number) =>
        IsMultipart && Parts.Count == 0 && number == 1 ? AsText()
        : number >= 1 && number <= Parts.Count ? Parts[number - 1]
        : null;
}

/// <summary>Fields few parts have: a message may have ten thousand parts, and each costs memory.</summary>
sealed record RareFields(Octets Id, Octets Description, Octets Md5, Octets Location, IReadOnlyList<Octets> Languages)
{
    public static readonly RareFields None = new(default, default, default, default, []);
}

/// <summary>A message inside a message. Its header starts where the enclosing part's body does.</summary>
public sealed record NestedMessage(Envelope Envelope, BodyPart Body);
