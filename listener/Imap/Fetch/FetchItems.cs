using Cloud.Listener.Imap.Wire;

namespace Cloud.Listener.Imap.Fetch;

[Flags]
enum FetchAttributes
{
    None = 0,
    Uid = 1,
    Flags = 2,
    InternalDate = 4,
    Size = 8,
    Envelope = 16,
    Body = 32,
    BodyStructure = 64,
    ModSeq = 128,
    SaveDate = 256,
    EmailId = 512,
    ThreadId = 1024,
    Preview = 2048,
}

/// <summary>What a FETCH asks for of each message (RFC 9051 §6.4.5).</summary>
sealed record FetchItems(FetchAttributes Attributes, IReadOnlyList<BodySection> Sections)
{
    const FetchAttributes Fast = FetchAttributes.Flags | FetchAttributes.InternalDate | FetchAttributes.Size;
    const FetchAttributes Structures =
        FetchAttributes.Envelope | FetchAttributes.Body | FetchAttributes.BodyStructure | FetchAttributes.Preview;

    /// <summary>The view alone cannot answer.</summary>
    public bool NeedsEmail =>
        Sections.Count > 0 || (Attributes & (Structures | FetchAttributes.ThreadId)) != FetchAttributes.None;

    /// <summary>The message's structure is looked at.</summary>
    public bool NeedsIndex =>
        (Attributes & Structures) != FetchAttributes.None || Sections.Any(section => !section.IsWhole);

    /// <summary>Overviews of headers can answer.</summary>
    public bool NeedsOnlyEnvelope => Sections.Count == 0 && (Attributes & Structures) == FetchAttributes.Envelope;

    /// <summary>Octets that a message takes once it is open: its header where fields are picked, else what a stream takes.</summary>
    /// <param name="size">Of the message, octets.</param>
    public long WeightOf(long size) =>
        Sections.Sum(section =>
            section.Text is SectionText.HeaderFields or SectionText.HeaderFieldsNot
                ? Math.Min(size, ImapLimits.HeaderBlock)
                : ImapLimits.OpenWeight / ImapLimits.OpenMessages
        );

    public bool SetsSeen => Sections.Any(section => !section.Peek);

    /// <summary>UID FETCH tells UIDs unasked (RFC 9051 §6.4.9).</summary>
    public FetchItems WithUid() => this with { Attributes = Attributes | FetchAttributes.Uid };

    public FetchItems WithoutUid() => this with { Attributes = Attributes & ~FetchAttributes.Uid };

    /// <summary>What either asks for.</summary>
    public FetchItems And(FetchItems other) =>
        new(
            Attributes | other.Attributes,
            [.. Sections, .. other.Sections.Where(section => !Sections.Any(known => known.Label == section.Label))]
        );

    public bool Has(FetchAttributes attribute) => Attributes.HasFlag(attribute);

    /// <summary><c>"ALL" / "FULL" / "FAST" / fetch-att / "(" fetch-att *(SP fetch-att) ")"</c>.</summary>
    public static FetchItems Parse(ref ImapReader reader)
    {
        if (reader.Label("ALL"u8))
            return new FetchItems(Fast | FetchAttributes.Envelope, []);
        if (reader.Label("FAST"u8))
            return new FetchItems(Fast, []);
        if (reader.Label("FULL"u8))
            return new FetchItems(Fast | FetchAttributes.Envelope | FetchAttributes.Body, []);

        var (attributes, sections) = (FetchAttributes.None, new List<BodySection>());
        var list = reader.Char('(');
        var count = 0;
        do
        {
            if (++count > ImapLimits.FetchItems)
                throw new SyntaxException($"At most {ImapLimits.FetchItems} items");
            attributes |= ExpectItem(ref reader, sections);
        } while (list && reader.SP());
        if (list)
            reader.ExpectChar(')');
        return new FetchItems(attributes, sections);
    }

    static FetchAttributes ExpectItem(ref ImapReader reader, List<BodySection> sections)
    {
        if (reader.Label("FLAGS"u8))
            return FetchAttributes.Flags;
        if (reader.Label("UID"u8))
            return FetchAttributes.Uid;
        if (reader.Label("INTERNALDATE"u8))
            return FetchAttributes.InternalDate;
        if (reader.Label("RFC822.SIZE"u8))
            return FetchAttributes.Size;
        if (reader.Label("ENVELOPE"u8))
            return FetchAttributes.Envelope;
        if (reader.Label("BODYSTRUCTURE"u8))
            return FetchAttributes.BodyStructure;
        if (ExtendedItem(ref reader) is var item && item != FetchAttributes.None)
            return item;
        if (reader.Label("BODY"u8) && !reader.Peek('['))
            return FetchAttributes.Body;

        if (reader.Peek('['))
            sections.Add(BodySection.Parse(ref reader, peek: false));
        else if (reader.Label("BODY.PEEK"u8))
            sections.Add(BodySection.Parse(ref reader, peek: true));
        else if (reader.Label("BINARY"u8))
            sections.Add(BodySection.ParseBinary(ref reader, SectionText.Binary, peek: false));
        else if (reader.Label("BINARY.PEEK"u8))
            sections.Add(BodySection.ParseBinary(ref reader, SectionText.Binary, peek: true));
        else if (reader.Label("BINARY.SIZE"u8))
            sections.Add(BodySection.ParseBinary(ref reader, SectionText.BinarySize, peek: true));
        else if (reader.Label("RFC822"u8))
            sections.Add(BodySection.Of("RFC822", SectionText.All, peek: false));
        else if (reader.Label("RFC822.HEADER"u8))
            sections.Add(BodySection.Of("RFC822.HEADER", SectionText.Header, peek: true));
        else if (reader.Label("RFC822.TEXT"u8))
            sections.Add(BodySection.Of("RFC822.TEXT", SectionText.Text, peek: false));
        else
            throw reader.Expected("something to fetch");
        return FetchAttributes.None;
    }

    /// <summary>Items of extensions; none when it is none of them.</summary>
    static FetchAttributes ExtendedItem(ref ImapReader reader)
    {
        if (reader.Label("MODSEQ"u8))
            return FetchAttributes.ModSeq;
        if (reader.Label("SAVEDATE"u8))
            return FetchAttributes.SaveDate;
        if (reader.Label("EMAILID"u8))
            return FetchAttributes.EmailId;
        if (reader.Label("THREADID"u8))
            return FetchAttributes.ThreadId;
        if (!reader.Label("PREVIEW"u8))
            return FetchAttributes.None;
        ExpectLazy(ref reader);
        return FetchAttributes.Preview;
    }

    /// <summary><c>[SP "(" "LAZY" ")"]</c>: our previews are made already (RFC 8970 §4.1).</summary>
    static void ExpectLazy(ref ImapReader reader)
    {
        if (!reader.Rest.StartsWith(" ("u8))
            return;
        reader.ExpectSP();
        reader.ExpectChar('(');
        if (!reader.Label("LAZY"u8))
            throw reader.Expected("LAZY");
        reader.ExpectChar(')');
    }
}
