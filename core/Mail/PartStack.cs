using System.Collections.Concurrent;
using Cloud.Mail.Bodies;
using Cloud.Mail.Headers;

namespace Cloud.Mail;

enum HeaderVerdict
{
    More,
    Blank,
    NotAField,
}

/// <summary>The parts that are open at the scanner's place, outermost first, and the header being read.</summary>
/// <remarks>
/// Serves one message and then the next: what it is made of costs more than an index. Whoever lets it go after an error
/// does not give it back.
/// </remarks>
sealed class PartStack
{
    /// <summary>Kept for messages to come: as many as arrive at once, or nearly; each has a few KiB.</summary>
    const int MaxSpare = 32;

    /// <summary>Octets of a subject that is looked at on the stack.</summary>
    const int UsualSubject = 256;

    static readonly ConcurrentQueue<PartStack> Spare = new();

    readonly List<OpenPart> open = [new OpenPart { IsMessage = true }];
    readonly Stack<OpenPart> spare = new();
    readonly Boundaries boundaries = new();
    readonly BodyTap tap = new();
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
    bool isHeaderCut; // the header held more than is kept
    bool inKnownField;
    bool atFirstLine = true;
    Envelope envelope = Envelope.Empty;
    Octets references;
    Octets listId;
    Octets autoSubmitted;

    public bool HasOpenBoundary => boundaries.Any && count < MessageScanner.MaxParts;

    OpenPart Top => open[^1];

    /// <param name="text">Gets the text to search, if anybody wants it.</param>
    public static PartStack Rent(SearchableText? text)
    {
        var parts = Spare.TryDequeue(out var used) ? used : new PartStack();
        parts.tap.Text = text;
        return parts;
    }

    /// <summary>Nothing of this message stays in it.</summary>
    void Return()
    {
        foreach (var part in spare)
            part.Reset(0, isMessage: false);
        open[0].Reset(0, isMessage: true);
        fields.Reset();
        tap.Reset();
        boundaries.Clear();
        (count, isHeaderCut, inKnownField, atFirstLine) = (1, false, false, true);
        (envelope, references, listId, autoSubmitted) = (Envelope.Empty, default, default, default);
        if (Spare.Count < MaxSpare)
            Spare.Enqueue(this);
    }

    /// <param name="line">With its end, unless it is cut.</param>
    /// <param name="start">Its offset.</param>
    public HeaderVerdict HeaderLine(ReadOnlySpan<byte> line, long start)
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
        var isWanted = KnownFields.IsOfContent(field) || Top.IsMessage && KnownFields.IsOfMessage(field);
        if (isWanted && start - Top.HeaderStart > MessageScanner.MaxHeaderBlock)
        {
            isWanted = false;
            isHeaderCut = true;
        }

        inKnownField = isWanted && fields.Add(field, line[(colon + 1)..], IsCut(line));
        return HeaderVerdict.More;
    }

    /// <summary>As <see cref="Boundaries.Match"/>, unless no further part is taken.</summary>
    public Delimiter? Match(ReadOnlySpan<byte> line) => HasOpenBoundary ? boundaries.Match(line) : null;

    /// <summary>The header of the innermost part is over.</summary>
    /// <param name="bodyStart">Offset of its body.</param>
    /// <param name="lines">Lines before that offset.</param>
    /// <returns>True if another header follows at once: that of a message inside.</returns>
    public bool EndHeader(long bodyStart, long lines)
    {
        Describe(bodyStart, lines);
        var part = Top.Part!;
        var isLimit = open.Count == MessageScanner.MaxDepth;
        if (part.IsMultipart && !isLimit && TryOpenBoundary(part.Parameter("boundary"u8)))
        {
            tap.Begin(part); // the whole body, if its boundary never comes
            return false;
        }

        // RFC 2046 §5.2.1 forbids to encode a message inside; RFC 6532 §3.7 allows it for message/global. Either
        // way its parts have no place in the bytes of this one that a section could be a range of, so it is a leaf.
        if (isLimit || !part.IsMessage || !MediaReader.IsIdentity(part.Encoding) || count == MessageScanner.MaxParts)
        {
            tap.Begin(part);
            return false;
        }

        Push(bodyStart, isMessage: true);
        return true;
    }

    /// <summary>Octets of a body, in order, without those of the delimiters found.</summary>
    public void Body(ReadOnlySpan<byte> octets)
    {
        if (tap.IsOpen)
            tap.Write(octets);
    }

    /// <summary>A body has a line too long to be looked at.</summary>
    public void LoseBody() => tap.Lose();

    /// <summary>A final delimiter before any part: the multipart is one text, and this line is in it.</summary>
    public bool TakesAsText(Delimiter delimiter)
    {
        if (!delimiter.Closes || delimiter.Level != open.Count - 1 || Top.Children is not null)
            return false;
        boundaries.Close(delimiter.Level);
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
        tap.DropLineEnd();
        while (open.Count - 1 > delimiter.Level)
            EndPart(end, lines);
        if (Top.Children is null)
            tap.Discard(Top.Part!); // what came before was a preamble
        if (delimiter.Closes)
        {
            boundaries.Close(open.Count - 1);
            return false;
        }

        Push(next, isMessage: false);
        return true;
    }

    /// <summary>Ends the message, and gives itself back.</summary>
    public MessageIndex Complete(long end, long lines)
    {
        while (open.Count > 1)
            EndPart(end, lines);
        EndPart(end, lines);
        var preview = MessagePreview.Of(open[0].Part!, tap.Leading);
        var index = new MessageIndex
        {
            Envelope = envelope,
            Body = open[0].Part!,
            Size = end,
            References = MessageIds.Parse(references, MessageIndex.MaxReferences),
            Truncated = fields.Truncated || isHeaderCut,
            ListId = listId,
            AutoSubmitted = autoSubmitted,
            Preview = preview,
            HasAttachment = Attachments.AnyIn(open[0].Part!),
            SubjectCut = CutOf(envelope.Subject),
            SentDate = MailDate.Parse(envelope.Date.Span),
        };
        tap.Text?.End(index);
        Return();
        return index;
    }

    /// <summary>Most subjects are ASCII, and their text need not be made for it.</summary>
    static SubjectCut CutOf(Octets subject)
    {
        var octets = subject.Span;
        if (octets.Length > UsualSubject || octets.IndexOf("=?"u8) >= 0 || !System.Text.Ascii.IsValid(octets))
            return BaseSubject.Find(EncodedWords.Decode(octets));
        Span<char> text = stackalloc char[UsualSubject];
        return BaseSubject.Find(text[..System.Text.Encoding.ASCII.GetChars(octets, text)]);
    }

    static bool IsCut(ReadOnlySpan<byte> line) => line.Length == MessageScanner.MaxHeaderLine && line[^1] != '\n';

    void Push(long headerStart, bool isMessage)
    {
        var part = spare.TryPop(out var old) ? old : new OpenPart();
        part.Reset(headerStart, isMessage);
        open.Add(part);
        count++;
        atFirstLine = true;
        inKnownField = false;
    }

    bool TryOpenBoundary(Octets boundary)
    {
        boundary = boundary.Slice(0, boundary.Span.TrimEnd(" \t"u8).Length);
        if (boundary.IsNilOrEmpty)
            return false;
        boundaries.Open(open.Count - 1, boundary);
        return true;
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
            isHeaderCut |= cut;
        }

        if (open.Count == 1)
        {
            envelope = top.Envelope;
            references = fields.First(KnownField.References);
            listId = ListField.Identifier(fields.First(KnownField.ListId));
            autoSubmitted = ContentValue.Token(fields.First(KnownField.AutoSubmitted));
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
        tap.End(part);
        part.HeaderStart = Math.Min(part.HeaderStart, end);
        part.BodyStart = Math.Min(part.BodyStart, end);
        part.BodyLength = end - part.BodyStart;
        part.Lines = part.BodyLength == 0 ? 0 : Math.Max(0, lines - top.LinesBefore);
        if (top.Children is { } children)
            part.Parts = children.ToArray();
        boundaries.Close(open.Count - 1);
        if (open.Count == 1)
            return;

        open.RemoveAt(open.Count - 1);
        if (top.IsMessage)
            Top.Part!.Message = new NestedMessage(top.Envelope, part);
        else
            (Top.Children ??= []).Add(part);
        spare.Push(top);
    }

    sealed class OpenPart
    {
        public long HeaderStart { get; private set; }

        /// <summary>The header is that of a message: the whole one or one inside.</summary>
        public bool IsMessage { get; set; }

        /// <summary>Null while the header is being read.</summary>
        public BodyPart? Part { get; set; }

        public long LinesBefore { get; set; }
        public Envelope Envelope { get; set; } = Envelope.Empty;
        public List<BodyPart>? Children { get; set; }

        /// <summary>Makes it a new part: one object serves all that are open at a level.</summary>
        public void Reset(long headerStart, bool isMessage)
        {
            (HeaderStart, IsMessage) = (headerStart, isMessage);
            (Part, LinesBefore, Envelope) = (null, 0, Envelope.Empty);
            Children = null;
        }
    }
}
