using Cloud.Mail.Encodings;

namespace Cloud.Mail.Compose;

/// <summary>A part of which it is decided how it will be written.</summary>
/// <param name="Part">As asked for, or the file that stands in for it.</param>
/// <param name="Type">Media type.</param>
/// <param name="Parameters">Of the media type.</param>
/// <param name="Encoding">Content-Transfer-Encoding.</param>
/// <param name="Body">Octets of a leaf, decoded; null for a multipart.</param>
/// <param name="Boundary">Of a multipart.</param>
/// <param name="Children">Of a multipart.</param>
/// <param name="EndsLine">The body's last octets are a line end, as it will be written.</param>
sealed record PlannedPart(
    MimePart Part,
    string Type,
    IReadOnlyList<KeyValuePair<string, string>> Parameters,
    string Encoding,
    OctetSource? Body,
    string Boundary,
    PlannedPart[] Children,
    bool EndsLine
)
{
    public TransferCoder Coder() =>
        Encoding switch
        {
            "base64" => new Base64Encoder(),
            "quoted-printable" => new QuotedPrintableEncoder(),
            _ => new IdentityCoder(),
        };
}
