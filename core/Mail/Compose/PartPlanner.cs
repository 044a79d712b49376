using System.Text;

namespace Cloud.Mail.Compose;

/// <summary>Chooses encodings and boundaries. RFC 2045 §6, RFC 2046 §5.1.1.</summary>
sealed class PartPlanner(ComposeOptions options, string prefix, CancellationToken cancel)
{
    readonly byte[] needle = Encoding.ASCII.GetBytes("--" + prefix);
    int parts;
    int multiparts;

    /// <summary>A line begins like a delimiter would: take another prefix.</summary>
    public bool HasCollision { get; private set; }

    public async ValueTask<PlannedPart> PlanAsync(MimePart part, int depth)
    {
        if (depth > MessageScanner.MaxDepth || ++parts > MessageScanner.MaxParts)
            throw new ComposeException("Too many parts, or too deeply nested ones");
        return part switch
        {
            Multipart multipart => await MultipartAsync(multipart, depth),
            TextPart text => await TextAsync(text),
            MessagePart message => await MessageAsync(message),
            DataPart { IsText: true } data => await LinesAsync(
                data,
                data.Content,
                data.Type,
                data.Parameters,
                depth == 1
            ),
            DataPart data => Leaf(data, data.Type, data.Parameters, "base64", data.Content, endsLine: false),
            _ => throw new ComposeException("A part of no known kind"),
        };
    }

    async ValueTask<PlannedPart> MultipartAsync(Multipart multipart, int depth)
    {
        if (multipart.Parts.IsDefaultOrEmpty)
            throw new ComposeException("A multipart has at least one part");
        var boundary = $"{prefix}_{++multiparts}_";
        var children = new PlannedPart[multipart.Parts.Length];
        for (var i = 0; i < children.Length; i++)
            children[i] = await PlanAsync(multipart.Parts[i], depth + 1);
        // RFC 2045 §6.4: the outer label speaks for what is inside.
        var encoding = Array.Exists(children, child => child.Encoding == "8bit") ? "8bit" : "7bit";
        return new(
            multipart,
            $"multipart/{multipart.Subtype}",
            [.. multipart.Parameters, new("boundary", boundary)],
            encoding,
            null,
            boundary,
            children,
            EndsLine: false
        );
    }

    ValueTask<PlannedPart> TextAsync(TextPart part)
    {
        var octets = Encoding.UTF8.GetBytes(Lines(part.Text));
        var charset = new KeyValuePair<string, string>("charset", Ascii.IsValid(octets) ? "us-ascii" : "utf-8");
        return LinesAsync(part, OctetSource.Of(octets), $"text/{part.Subtype}", [charset, .. part.Parameters]);
    }

    async ValueTask<PlannedPart> LinesAsync(
        MimePart part,
        OctetSource body,
        string type,
        IReadOnlyList<KeyValuePair<string, string>> parameters,
        bool mustEndLine = false
    )
    {
        var scan = await ScanAsync(body);
        var encoding = Verbatim(scan) ?? Readable(scan);
        if (mustEndLine && !scan.EndsLine)
            encoding = "base64"; // a message ends with a line end, which would become one of the data
        return Leaf(part, type, parameters, encoding, body, scan.EndsLine && encoding != "base64");
    }

    async ValueTask<PlannedPart> MessageAsync(MessagePart part)
    {
        var scan = await ScanAsync(part.Content);
        var type = part.IsGlobal ? "message/global" : "message/rfc822";
        if (Verbatim(scan) is { } encoding)
            return Leaf(part, type, part.Parameters, encoding, part.Content, scan.EndsLine);
        if (part.IsGlobal)
            return Leaf(part, type, part.Parameters, "base64", part.Content, endsLine: false);
        var file = part with { FileName = part.FileName ?? "message.eml", Parameters = [] };
        return Leaf(file, "application/octet-stream", [], "base64", part.Content, endsLine: false);
    }

    /// <summary>Null where the octets have to be encoded.</summary>
    string? Verbatim(OctetScan scan)
    {
        if (scan.HasNeedle)
            HasCollision = true;
        if (!scan.IsLines || scan.EightBit > 0 && !options.EightBit)
            return null;
        return scan.EightBit > 0 ? "8bit" : "7bit";
    }

    /// <summary>quoted-printable while most of it can be read in the source: Latin scripts; base64 for others.</summary>
    static string Readable(OctetScan scan) =>
        scan.HasBareNewline || scan.HasNul || scan.EightBit * 3 > scan.Length ? "base64" : "quoted-printable";

    /// <summary>Not ReplaceLineEndings, which takes form feeds and more for line ends.</summary>
    static string Lines(string text) =>
        text.Replace("\r\n", "\n", StringComparison.Ordinal)
            .Replace('\r', '\n')
            .Replace("\n", "\r\n", StringComparison.Ordinal);

    async ValueTask<OctetScan> ScanAsync(OctetSource body)
    {
        var scan = new OctetScan(needle);
        await foreach (var octets in body.ReadAsync(cancel))
            scan.Write(octets.Span);
        return scan;
    }

    static PlannedPart Leaf(
        MimePart part,
        string type,
        IReadOnlyList<KeyValuePair<string, string>> parameters,
        string encoding,
        OctetSource body,
        bool endsLine
    ) => new(part, type, parameters, encoding, body, "", [], endsLine);
}
