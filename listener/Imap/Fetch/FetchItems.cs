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
}

/// <summary>What a FETCH asks for of each message (RFC 9051 §6.4.5).</summary>
sealed record FetchItems(FetchAttributes Attributes, IReadOnlyList<BodySection> Sections)
{
    const FetchAttributes Fast = FetchAttributes.Flags | FetchAttributes.InternalDate | FetchAttributes.Size;
    const FetchAttributes Structures = FetchAttributes.Envelope | FetchAttributes.Body | FetchAttributes.BodyStructure;

    /// <summary>The view alone cannot answer.</summary>
    public bool NeedsEmail => Sections.Count > 0 || (Attributes & Structures) != FetchAttributes.None;

    /// <summary>The message's structure is looked at.</summary>
    public bool NeedsIndex =>
        (Attributes & Structures) != FetchAttributes.None || Sections.Any(section => !section.IsWhole);

    public bool SetsSeen => Sections.Any(section => !section.Peek);

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
        if (reader.Label("MODSEQ"u8))
            return FetchAttributes.ModSeq;
        if (reader.Label("BODY"u8) && !reader.Peek('['))
            return FetchAttributes.Body;

        if (reader.Peek('['))
            sections.Add(BodySection.Parse(ref reader, peek: false));
        else if (reader.Label("BODY.PEEK"u8))
            sections.Add(BodySection.Parse(ref reader, peek: true));
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
}
