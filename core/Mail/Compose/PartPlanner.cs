using System.Buffers;
using System.Text;

namespace Cloud.Mail.Compose;

/// <summary>Chooses encodings and boundaries. RFC 2045 §6, RFC 2046 §5.1.1.</summary>
sealed class PartPlanner(ComposeOptions options, string prefix, CancellationToken cancel)
{
    /// <summary>Types whose parts must not be encoded: RFC 2046 §5.2.1, §5.2.2.1, §5.2.3.</summary>
    static readonly string[] NeverEncoded = ["message/rfc822", "message/partial", "message/external-body"];

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
            MessagePart { IsGlobal: true } message => await GlobalAsync(
                message,
                message.Content,
                "message/global",
                depth
            ),
            MessagePart message => await MessageAsync(message, message.Content, "message/rfc822", depth),
            DataPart data when IsOf(data, "multipart/") => throw new ComposeException(
                "A multipart is written from its parts, since its boundary has to be the composer's"
            ),
            DataPart data when NeverEncoded.Contains(data.Type, StringComparer.OrdinalIgnoreCase) => await MessageAsync(
                data,
                data.Content,
                data.Type,
                depth
            ),
            DataPart { IsText: false } data when IsOf(data, "message/") => await GlobalAsync(
                data,
                data.Content,
                data.Type,
                depth
            ),
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
        // RFC 2045 §6.4: the outer label speaks for what is inside, headers (RFC 6532 §3.2) and all.
        var encoding = Array.Exists(children, child => child.Encoding == "8bit" || HasUtf8Header(child))
            ? "8bit"
            : "7bit";
        return new(
            multipart,
            $"multipart/{multipart.Subtype}",
            [.. Callers(multipart), new("boundary", boundary)],
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
        return LinesAsync(part, OctetSource.Of(octets), $"text/{part.Subtype}", [charset, .. Callers(part)]);
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

    /// <summary>A message that must not be encoded: as it stands, or as a file. RFC 2046 §5.2.1.</summary>
    async ValueTask<PlannedPart> MessageAsync(MimePart part, OctetSource body, string type, int depth)
    {
        var scan = await ScanAsync(body);
        if (Untouched(scan, depth) is { } encoding)
            return Leaf(part, type, part.Parameters, encoding, body, scan.EndsLine);
        var file = part with { FileName = part.FileName ?? "message.eml", Parameters = [] };
        return Leaf(file, "application/octet-stream", [], "base64", body, endsLine: false);
    }

    /// <summary>message/global and its kin, which may be encoded: RFC 6532 §3.7, RFC 6533 §6.</summary>
    async ValueTask<PlannedPart> GlobalAsync(MimePart part, OctetSource body, string type, int depth)
    {
        var scan = await ScanAsync(body);
        return Untouched(scan, depth) is { } encoding
            ? Leaf(part, type, part.Parameters, encoding, body, scan.EndsLine)
            : Leaf(part, type, part.Parameters, "base64", body, endsLine: false);
    }

    /// <summary>As <see cref="Verbatim"/>; and the composer adds no line end to the message's body.</summary>
    string? Untouched(OctetScan scan, int depth) =>
        Verbatim(scan) is { } encoding && (depth > 1 || scan.EndsLine) ? encoding : null;

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

    static bool IsOf(DataPart part, string type) => part.Type.StartsWith(type, StringComparison.OrdinalIgnoreCase);

    /// <summary>Without those that the composer writes: readers take the first of two.</summary>
    static IEnumerable<KeyValuePair<string, string>> Callers(MimePart part) =>
        part.Parameters.Where(parameter =>
            !parameter.Key.Equals("boundary", StringComparison.OrdinalIgnoreCase)
            && !parameter.Key.Equals("charset", StringComparison.OrdinalIgnoreCase)
        );

    bool HasUtf8Header(PlannedPart part)
    {
        if (options.Headers != HeaderForm.Utf8)
            return false;
        var writer = new FieldWriter(new ArrayBufferWriter<byte>(), options.Headers);
        ContentFields.Write(writer, part.Part, part.Type, part.Parameters, part.Encoding);
        return writer.HasUtf8;
    }

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
