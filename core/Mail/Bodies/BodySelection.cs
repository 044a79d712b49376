namespace Cloud.Mail.Bodies;

/// <summary>Which parts of a message a reader shows, and which it offers to save: RFC 8621 §4.1.4.</summary>
/// <param name="Text">The body in plain text where there is a choice; may hold HTML and pictures.</param>
/// <param name="Html">The body as HTML where there is a choice; may hold plain text and pictures.</param>
/// <param name="Attachments">The other leaves, and pictures and the like that are not in both bodies.</param>
/// <remarks>A multipart of which no part was found is shown as the text it then is (<see cref="BodyPart.AsText"/>).</remarks>
public sealed record BodySelection(
    IReadOnlyList<BodyPart> Text,
    IReadOnlyList<BodyPart> Html,
    IReadOnlyList<BodyPart> Attachments
)
{
    static readonly Octets Mixed = Octets.From("mixed");

    /// <summary>Attachments the HTML may show by their Content-ID (RFC 2392): those that have one and no wish to be saved.</summary>
    public IEnumerable<BodyPart> Inline =>
        Attachments.Where(part => !part.Id.IsNilOrEmpty && !part.IsAttachment && !part.IsMessage);

    /// <param name="body">Of a whole message, or of one inside another.</param>
    public static BodySelection Of(BodyPart body)
    {
        var found = new Found([]);
        var (text, html) = (new List<BodyPart>(), new List<BodyPart>());
        found.Take([body], Mixed, inAlternative: false, text, html);
        return new BodySelection(text, html, found.Attachments);
    }

    static bool IsMedia(BodyPart part) =>
        part.Type.EqualsIgnoreCase("image"u8)
        || part.Type.EqualsIgnoreCase("audio"u8)
        || part.Type.EqualsIgnoreCase("video"u8);

    readonly record struct Found(List<BodyPart> Attachments)
    {
        /// <param name="parts">Children of one multipart.</param>
        /// <param name="multipart">Its subtype.</param>
        /// <param name="inAlternative">It is a multipart/alternative or inside one.</param>
        /// <param name="text">Null where its parts are an alternative to the text.</param>
        /// <param name="html">Null where its parts are an alternative to the HTML.</param>
        public void Take(
            IReadOnlyList<BodyPart> parts,
            Octets multipart,
            bool inAlternative,
            List<BodyPart>? text,
            List<BodyPart>? html
        )
        {
            var isAlternative = multipart.EqualsIgnoreCase("alternative"u8);
            var isRelated = multipart.EqualsIgnoreCase("related"u8);
            var (textBefore, htmlBefore) = (text?.Count, html?.Count);
            for (var i = 0; i < parts.Count; i++)
            {
                var part = parts[i].IsMultipart && parts[i].Parts.Count == 0 ? parts[i].AsText() : parts[i];
                if (part.IsMultipart)
                {
                    var inside = inAlternative || part.Subtype.EqualsIgnoreCase("alternative"u8);
                    Take(part.Parts, part.Subtype, inside, text, html);
                }
                else if (!IsShown(part, isFirst: i == 0, isRelated))
                    Attachments.Add(part);
                else if (isAlternative)
                    (Choice(part, text, html) ?? Attachments).Add(part);
                else
                {
                    if (inAlternative && IsPlain(part))
                        html = null;
                    if (inAlternative && IsHtml(part))
                        text = null;
                    text?.Add(part);
                    html?.Add(part);
                    if ((text is null || html is null) && IsMedia(part))
                        Attachments.Add(part);
                }
            }

            if (isAlternative && text is not null && html is not null)
                Share(text, textBefore!.Value, html, htmlBefore!.Value);
        }

        /// <summary>A picture among alternatives is none of a text.</summary>
        static List<BodyPart>? Choice(BodyPart part, List<BodyPart>? text, List<BodyPart>? html) =>
            IsPlain(part) ? text
            : IsHtml(part) ? html
            : null;

        /// <summary>Where only one of the two was found, it serves as the other.</summary>
        static void Share(List<BodyPart> text, int textBefore, List<BodyPart> html, int htmlBefore)
        {
            var (texts, htmls) = (text.Count - textBefore, html.Count - htmlBefore);
            if (texts == 0 && htmls > 0)
                text.AddRange(html.GetRange(htmlBefore, htmls));
            if (htmls == 0 && texts > 0)
                html.AddRange(text.GetRange(textBefore, texts));
        }

        /// <summary>Of multipart/related only the root is shown; a text with a file's name is a file, unless it comes first.</summary>
        static bool IsShown(BodyPart part, bool isFirst, bool isRelated) =>
            !part.IsAttachment
            && (IsPlain(part) || IsHtml(part) || IsMedia(part))
            && (isFirst || !isRelated && (IsMedia(part) || !Mail.Attachments.HasName(part)));

        static bool IsPlain(BodyPart part) => part.Is("text"u8, "plain"u8);

        static bool IsHtml(BodyPart part) => part.Is("text"u8, "html"u8);
    }
}
