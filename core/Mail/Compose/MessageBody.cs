using System.Collections.Immutable;

namespace Cloud.Mail.Compose;

/// <summary>Puts the pieces of a usual message together in the shape every reader knows.</summary>
public static class MessageBody
{
    /// <summary>mixed(alternative(plain, related(html, inline…)), attachments…), without the levels nobody needs.</summary>
    /// <param name="text">Plain text; null for none.</param>
    /// <param name="html">The same as HTML; null for none.</param>
    /// <param name="inline">What the HTML shows by <c>cid:</c>; each has a content id.</param>
    /// <param name="attachments">In their order; one without a disposition becomes an attachment.</param>
    public static MimePart Of(
        string? text,
        string? html = null,
        IReadOnlyList<MimePart>? inline = null,
        IReadOnlyList<MimePart>? attachments = null
    )
    {
        var rich = html is null ? null : new TextPart(html, "html");
        MimePart? shown =
            rich is null || inline is not { Count: > 0 }
                ? rich
                : new Multipart("related", [rich, .. inline.Select(part => As(part, "inline"))])
                {
                    Parameters = [new("type", "text/html")], // RFC 2387 §3.1
                };
        if (rich is null && inline is { Count: > 0 })
            attachments = [.. inline, .. attachments ?? []];

        MimePart plain = new TextPart(text ?? "");
        var body =
            shown is null ? plain
            : text is null ? shown
            : new Multipart("alternative", [plain, shown]);
        return attachments is { Count: > 0 }
            ? new Multipart("mixed", [body, .. attachments.Select(part => As(part, "attachment"))])
            : body;
    }

    static MimePart As(MimePart part, string disposition) =>
        part.Disposition is null ? part with { Disposition = disposition } : part;
}
