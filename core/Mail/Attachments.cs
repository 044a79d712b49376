namespace Cloud.Mail;

/// <summary>Which parts a reader would offer to save. A heuristic in the spirit of RFC 8621 §4.1.4 hasAttachment.</summary>
static class Attachments
{
    public static bool AnyIn(BodyPart part) => Any(part, related: false);

    static bool Any(BodyPart part, bool related)
    {
        if (part.IsAttachment)
            return true;
        if (part.IsMultipart)
        {
            if (part.Subtype.EqualsIgnoreCase("encrypted"u8))
                return false; // RFC 1847 §2.2: what to decrypt it with, and what only that shows
            var isRelated = related || part.Subtype.EqualsIgnoreCase("related"u8);
            var isSigned = part.Subtype.EqualsIgnoreCase("signed"u8);
            for (var i = 0; i < part.Parts.Count; i++)
            {
                if (Any(part.Parts[i], isRelated))
                    return true;
                if (isSigned)
                    break; // RFC 1847 §2.1: the second part is the signature, file name or not
            }

            return false;
        }

        if (related && !part.Id.IsNil)
            return false; // a picture the HTML shows
        return HasName(part) || !(part.IsText || IsMachinery(part));
    }

    /// <summary>It has a file name.</summary>
    public static bool HasName(BodyPart part) =>
        Named(part.Parameters, "name"u8, "name*"u8)
        || part.Disposition is { } disposition && Named(disposition.Parameters, "filename"u8, "filename*"u8);

    static bool Named(
        IReadOnlyList<Headers.Parameter> parameters,
        ReadOnlySpan<byte> plain,
        ReadOnlySpan<byte> encoded
    ) => !BodyPart.Find(parameters, plain).IsNil || !BodyPart.Find(parameters, encoded).IsNil;

    /// <summary>Reports and signatures: parts programs read.</summary>
    static bool IsMachinery(BodyPart part) =>
        part.Type.EqualsIgnoreCase("message"u8) && !part.IsMessage
        || part.Is("application"u8, "pgp-signature"u8)
        || part.Is("application"u8, "pgp-encrypted"u8)
        || part.Is("application"u8, "pkcs7-signature"u8)
        || part.Is("application"u8, "x-pkcs7-signature"u8);
}
