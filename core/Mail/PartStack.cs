using Cloud.Mail.Headers;

namespace Cloud.Mail;

enum HeaderVerdict
{
    More,
    Blank,
    NotAField,
}

/// <summary>A line that separates (or closes) the parts of the multipart at that level.</summary>
readonly record struct Delimiter(int Level, bool Closes);

/// <summary>The parts that are open at the scanner's place, outermost first, and the header being read.</summary>
sealed class PartStack
{
    readonly List<OpenPart> open = [new OpenPart(0, isMessage: true)];
    readonly KeptFields fields = new(
        new(
            MessageScanner.MaxListText,
            MessageScanner.MaxEnvelopeText,
            MessageScanner.MaxContentText,
            MessageScanner.MaxSingleField,
            MessageScanner.MaxFields
        )
    );
    int count = 1;
    int boundaries;
    bool addressesCut;
    bool inKnownField;
    bool atFirstLine = true;
    Envelope envelope = Envelope.Empty;
    Octets references;

    public bool HasOpenBoundary => boundaries > 0 && count < MessageScanner.MaxParts;

    OpenPart Top => open[^1];

    public HeaderVerdict HeaderLine(ReadOnlySpan<byte> line)
    {
        var first = atFirstLine;
        atFirstLine = false;
        if (line[0] == '\n' || line.SequenceEqual("\r\n"u8))
            return HeaderVerdict.Blank;
        if (line[0] is (byte)' ' or (byte)'\t')
        {
            inKnownField = inKnownField && fields.Continue(line, IsCut(line));
            return HeaderVerdict.More;
        }

        if (first && Top.IsMessage && HeaderReader.IsMboxLine(line))
            return HeaderVerdict.More;
        var colon = HeaderReader.Colon(line);
        if (colon < 0)
            return HeaderVerdict.NotAField;

        var field = KnownFields.Find(line[..colon].TrimEnd(" \t"u8));
        var isWanted = KnownFields.IsOfContent(field) || Top.IsMessage && KnownFields.IsOfEnvelope(field);
        inKnownField = isWanted && fields.Add(field, line[(colon + 1)..], IsCut(line));
        return HeaderVerdict.More;
    }

    /// <summary>The innermost open multipart that <paramref name="line"/> delimits.</summary>
    /// <remarks>
    /// RFC 2046 §5.1.1 is content with a line that begins with the boundary. Here white space has to follow, since
    /// one boundary may begin another; a line that is exactly one boundary is never taken for a shorter one.
    /// </remarks>
    public Delimiter? Match(ReadOnlySpan<byte> line)
    {
        if (!HasOpenBoundary || !line.StartsWith("--"u8) || line.Length > MessageScanner.MaxDelimiterLine)
            return null;
        var text = line[2..].TrimEnd(" \t\r\n"u8);
        Delimiter? withJunk = null;
        for (var level = open.Count - 1; level >= 0; level--)
        {
            var boundary = open[level].Boundary.Span;
            if (boundary.IsEmpty || !text.StartsWith(boundary))
                continue;
            var rest = text[boundary.Length..];
            if (rest.IsEmpty)
                return new Delimiter(level, Closes: false);
            var closes = rest.StartsWith("--"u8);
            if (closes)
                rest = rest[2..];
            if (rest.IsEmpty)
                return new Delimiter(level, Closes: true);
            if (rest[0] is (byte)' ' or (byte)'\t')
                withJunk ??= new Delimiter(level, closes);
        }

        return withJunk;
    }

    /// <summary>The header of the innermost part is over.</summary>
    /// <param name="bodyStart">Offset of its body.</param>
    /// <param name="lines">Lines before that offset.</param>
    /// <returns>True if another header follows at once: that of a message inside.</returns>
    public bool EndHeader(long bodyStart, long lines)
    {
        Describe(bodyStart, lines);
        if (open.Count == MessageScanner.MaxDepth)
            return false;
        if (Top.Part is { IsMultipart: true } multipart)
            OpenBoundary(multipart.Parameter("boundary"u8));
        if (Top.Part is not { IsMessage: true } message || !MediaReader.IsIdentity(message.Encoding))
            return false;
        if (count == MessageScanner.MaxParts)
            return false;
        Push(bodyStart, isMessage: true);
        return true;
    }

    /// <summary>Ends every part inside the delimited one, and begins its next.</summary>
    /// <param name="delimiter">What <see cref="Match"/> found.</param>
    /// <param name="end">Where the parts before the delimiter end.</param>
    /// <param name="lines">Lines before that offset.</param>
    /// <param name="next">Offset after the delimiter line.</param>
    /// <returns>True if a header follows.</returns>
    public bool Delimit(Delimiter delimiter, long end, long lines, long next)
    {
        while (open.Count - 1 > delimiter.Level)
            EndPart(end, lines);
        if (delimiter.Closes)
        {
            CloseBoundary();
            return false;
        }

        Push(next, isMessage: false);
        return true;
    }

    public MessageIndex Complete(long end, long lines)
    {
        while (open.Count > 1)
            EndPart(end, lines);
        EndPart(end, lines);
        return new MessageIndex
        {
            Envelope = envelope,
            Body = open[0].Part!,
            Size = end,
            References = MessageIds.Parse(references, MessageIndex.MaxReferences),
            Truncated = fields.Truncated || addressesCut,
        };
    }

    static bool IsCut(ReadOnlySpan<byte> line) => line.Length == MessageScanner.MaxHeaderLine && line[^1] != '\n';

    void Push(long headerStart, bool isMessage)
    {
        open.Add(new OpenPart(headerStart, isMessage));
        count++;
        atFirstLine = true;
        inKnownField = false;
    }

    void OpenBoundary(Octets boundary)
    {
        boundary = boundary.Slice(0, boundary.Span.TrimEnd(" \t"u8).Length);
        if (boundary.IsNilOrEmpty)
            return;
        Top.Boundary = boundary;
        boundaries++;
    }

    void CloseBoundary()
    {
        if (Top.Boundary.IsNilOrEmpty)
            return;
        Top.Boundary = default;
        boundaries--;
    }

    /// <summary>Makes the innermost part of the header just read.</summary>
    void Describe(long bodyStart, long lines)
    {
        fields.Seal();
        var top = Top;
        var isDigest = open.Count > 1 && open[^2].Part is { } parent && parent.Is("multipart"u8, "digest"u8);
        top.Part = MediaReader.Read(fields, inDigest: isDigest && !top.IsMessage);
        top.Part.HeaderStart = top.HeaderStart;
        top.Part.BodyStart = bodyStart;
        top.LinesBefore = lines;
        if (top.IsMessage)
        {
            top.Envelope = fields.Envelope(MessageScanner.MaxAddresses, out var cut);
            addressesCut |= cut;
        }

        if (open.Count == 1)
        {
            envelope = top.Envelope;
            references = fields.First(KnownField.References);
        }

        fields.Clear();
        inKnownField = false;
    }

    void EndPart(long end, long lines)
    {
        var top = Top;
        if (top.Part is null)
            Describe(Math.Max(end, top.HeaderStart), lines); // ended in its header
        var part = top.Part!;
        part.HeaderStart = Math.Min(part.HeaderStart, end);
        part.BodyStart = Math.Min(part.BodyStart, end);
        part.BodyLength = end - part.BodyStart;
        part.Lines = part.BodyLength == 0 ? 0 : Math.Max(0, lines - top.LinesBefore);
        if (top.Children is { } children)
            part.Parts = children.ToArray();
        CloseBoundary();
        if (open.Count == 1)
            return;

        open.RemoveAt(open.Count - 1);
        if (top.IsMessage)
            Top.Part!.Message = new NestedMessage(top.Envelope, part);
        else
            (Top.Children ??= []).Add(part);
    }

    sealed class OpenPart(long headerStart, bool isMessage)
    {
        public long HeaderStart => headerStart;

        /// <summary>The header is that of a message: the whole one or one inside.</summary>
        public bool IsMessage => isMessage;

        /// <summary>Null while the header is being read.</summary>
        public BodyPart? Part { get; set; }

        /// <summary>Of a multipart that is not closed yet.</summary>
        public Octets Boundary { get; set; }

        public long LinesBefore { get; set; }
        public Envelope Envelope { get; set; } = Envelope.Empty;
        public List<BodyPart>? Children { get; set; }
    }
}
