using Cloud.Mail.Headers;

namespace Cloud.Mail;

/// <summary>Makes a part of its Content-* fields. RFC 2045.</summary>
static class MediaReader
{
    static readonly Octets Text = Octets.From("text");
    static readonly Octets Plain = Octets.From("plain");
    static readonly Octets Message = Octets.From("message");
    static readonly Octets Rfc822 = Octets.From("rfc822");

    /// <param name="fields">A sealed header block.</param>
    /// <param name="inDigest">A part of multipart/digest, which is a message by default (RFC 2046 §5.1.5).</param>
    public static BodyPart Read(KeptFields fields, bool inDigest)
    {
        var (type, subtype, parameters) = fields.First(KnownField.ContentType) is { IsNilOrEmpty: false } media
            ? ContentValue.Media(media)
            : (default, default, []);
        if (type.IsNil)
            (type, subtype) = inDigest ? (Message, Rfc822) : (Text, Plain);

        return new BodyPart
        {
            Type = type,
            Subtype = subtype,
            Parameters = parameters,
            Id = Filled(fields.First(KnownField.ContentId)),
            Description = Filled(fields.First(KnownField.ContentDescription)),
            Encoding = ContentValue.Token(fields.First(KnownField.ContentTransferEncoding)),
            Md5 = Filled(fields.First(KnownField.ContentMd5)),
            Disposition = fields.First(KnownField.ContentDisposition) is { IsNilOrEmpty: false } disposition
                ? ContentValue.Disposition(disposition)
                : null,
            Languages = ContentValue.Tokens(fields.First(KnownField.ContentLanguage)),
            Location = Filled(fields.First(KnownField.ContentLocation)),
        };
    }

    /// <summary>The body stands in the message as it is: RFC 2045 §6.2.</summary>
    public static bool IsIdentity(Octets encoding) =>
        encoding.IsNil
        || encoding.EqualsIgnoreCase("7bit"u8)
        || encoding.EqualsIgnoreCase("8bit"u8)
        || encoding.EqualsIgnoreCase("binary"u8);

    static Octets Filled(Octets value) => value.IsNilOrEmpty ? default : value;
}
