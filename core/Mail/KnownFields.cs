using System.Text;

namespace Cloud.Mail;

/// <summary>The header fields an index is made of.</summary>
enum KnownField
{
    None,
    Date,
    Subject,
    From,
    Sender,
    ReplyTo,
    To,
    Cc,
    Bcc,
    InReplyTo,
    MessageId,
    References,
    ListId,
    AutoSubmitted,
    ContentType,
    ContentTransferEncoding,
    ContentId,
    ContentDescription,
    ContentMd5,
    ContentDisposition,
    ContentLanguage,
    ContentLocation,
}

static class KnownFields
{
    // By length, so that a name meets two candidates at most.
    static readonly (KnownField Field, byte[] Name)[][] ByLength = Table();

    /// <summary>Of a message's header, where a part's has none of them.</summary>
    public static bool IsOfMessage(KnownField field) => field is > KnownField.None and < KnownField.ContentType;

    public static bool IsOfContent(KnownField field) => field >= KnownField.ContentType;

    public static KnownField Find(ReadOnlySpan<byte> name)
    {
        if (name.Length >= ByLength.Length)
            return KnownField.None;
        foreach (var row in ByLength[name.Length])
        {
            if (Ascii.EqualsIgnoreCase(name, row.Name))
                return row.Field;
        }

        return KnownField.None;
    }

    static (KnownField Field, byte[] Name)[][] Table()
    {
        (KnownField Field, string Name)[] all =
        [
            (KnownField.Date, "Date"),
            (KnownField.Subject, "Subject"),
            (KnownField.From, "From"),
            (KnownField.Sender, "Sender"),
            (KnownField.ReplyTo, "Reply-To"),
            (KnownField.To, "To"),
            (KnownField.Cc, "Cc"),
            (KnownField.Bcc, "Bcc"),
            (KnownField.InReplyTo, "In-Reply-To"),
            (KnownField.MessageId, "Message-ID"),
            (KnownField.References, "References"),
            (KnownField.ListId, "List-Id"),
            (KnownField.AutoSubmitted, "Auto-Submitted"),
            (KnownField.ContentType, "Content-Type"),
            (KnownField.ContentTransferEncoding, "Content-Transfer-Encoding"),
            (KnownField.ContentId, "Content-ID"),
            (KnownField.ContentDescription, "Content-Description"),
            (KnownField.ContentMd5, "Content-MD5"),
            (KnownField.ContentDisposition, "Content-Disposition"),
            (KnownField.ContentLanguage, "Content-Language"),
            (KnownField.ContentLocation, "Content-Location"),
        ];
        var longest = all.Max(row => row.Name.Length);
        return
        [
            .. Enumerable
                .Range(0, longest + 1)
                .Select(length =>
                    all.Where(row => row.Name.Length == length)
                        .Select(row => (row.Field, Encoding.ASCII.GetBytes(row.Name)))
                        .ToArray()
                ),
        ];
    }
}
