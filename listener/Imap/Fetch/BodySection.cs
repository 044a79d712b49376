using System.Text;
using Cloud.Listener.Imap.Wire;

namespace Cloud.Listener.Imap.Fetch;

/// <summary>Which text of a part a section means (RFC 9051 §6.4.5.1).</summary>
enum SectionText
{
    /// <summary>The part's body; of the message itself, all of it.</summary>
    All,

    Header,
    HeaderFields,
    HeaderFieldsNot,
    Text,

    /// <summary>The part's MIME header.</summary>
    Mime,

    /// <summary>All of the part, out of its transfer encoding (RFC 9051 §6.4.5 BINARY).</summary>
    Binary,

    /// <summary>How many octets that is.</summary>
    BinarySize,
}

/// <summary>A piece of a message that FETCH asks for.</summary>
/// <param name="Label">What the response calls it, up to its value: <c>BODY[1.2.MIME]&lt;0&gt;</c>, <c>RFC822.TEXT</c>.</param>
/// <param name="Path">Part numbers; empty for the message itself.</param>
/// <param name="Fields">Names of HEADER.FIELDS, as octets.</param>
/// <param name="Peek">\Seen is not set.</param>
sealed record BodySection(
    string Label,
    IReadOnlyList<int> Path,
    SectionText Text,
    IReadOnlyList<byte[]> Fields,
    bool Peek,
    (long Origin, long Octets)? Partial
)
{
    /// <summary>Its place is known without the message's structure.</summary>
    public bool IsWhole => Path.Count == 0 && Text == SectionText.All;

    public bool IsDecoded => Text is SectionText.Binary or SectionText.BinarySize;

    public static BodySection Of(string label, SectionText text, bool peek) => new(label, [], text, [], peek, null);

    /// <summary><c>section ["&lt;" number "." nz-number "&gt;"]</c>, from the bracket on.</summary>
    public static BodySection Parse(ref ImapReader reader, bool peek)
    {
        reader.ExpectChar('[');
        var (path, text, fields) = (new List<int>(), SectionText.All, new List<byte[]>());
        var more = !reader.Peek(']');
        while (more && reader.Number(out var number))
        {
            AddNumber(path, number);
            more = reader.Char('.');
        }
        if (more)
            text = ExpectText(ref reader, path.Count > 0);
        if (text is SectionText.HeaderFields or SectionText.HeaderFieldsNot)
            ExpectHeaderList(ref reader, fields);
        reader.ExpectChar(']');
        var partial = Partial64(ref reader);
        return new BodySection(LabelOf(path, text, fields, partial?.Origin), path, text, fields, peek, partial);
    }

    /// <summary><c>section-binary [partial]</c>, from the bracket on; the size has no partial.</summary>
    public static BodySection ParseBinary(ref ImapReader reader, SectionText text, bool peek)
    {
        reader.ExpectChar('[');
        var path = new List<int>();
        if (!reader.Peek(']'))
        {
            do AddNumber(path, reader.ExpectNumber());
            while (reader.Char('.'));
        }
        reader.ExpectChar(']');
        var partial = text == SectionText.Binary ? Partial64(ref reader) : null;
        var label = new StringBuilder(text == SectionText.Binary ? "BINARY[" : "BINARY.SIZE[");
        label.AppendJoin('.', path).Append(']');
        if (partial is var (origin, _))
            label.Append('<').Append(origin).Append('>');
        return new BodySection(label.ToString(), path, text, [], peek, partial);
    }

    /// <summary>The octets asked for, of a text that begins at <paramref name="start"/>.</summary>
    public (long Start, long Length) Within(long start, long length)
    {
        if (Partial is not var (origin, octets))
            return (start, length);
        var skipped = Math.Min(origin, length);
        return (start + skipped, Math.Min(octets, length - skipped));
    }

    static void AddNumber(List<int> path, uint number)
    {
        if (number is 0 or > int.MaxValue || path.Count == ImapLimits.SectionDepth)
            throw new SyntaxException("There is no such part");
        path.Add((int)number);
    }

    static (long Origin, long Octets)? Partial64(ref ImapReader reader)
    {
        if (!reader.Char('<'))
            return null;
        var origin = reader.ExpectNumber64();
        reader.ExpectChar('.');
        var octets = reader.ExpectNumber64();
        reader.ExpectChar('>');
        return octets > 0 ? (origin, octets) : throw new SyntaxException("A part of no octets");
    }

    static SectionText ExpectText(ref ImapReader reader, bool ofPart)
    {
        if (reader.Label("HEADER"u8))
            return SectionText.Header;
        if (reader.Label("HEADER.FIELDS"u8))
            return SectionText.HeaderFields;
        if (reader.Label("HEADER.FIELDS.NOT"u8))
            return SectionText.HeaderFieldsNot;
        if (reader.Label("TEXT"u8))
            return SectionText.Text;
        if (ofPart && reader.Label("MIME"u8))
            return SectionText.Mime;
        throw reader.Expected("a section");
    }

    static void ExpectHeaderList(ref ImapReader reader, List<byte[]> fields)
    {
        reader.ExpectSP();
        reader.ExpectChar('(');
        do
        {
            if (fields.Count == ImapLimits.HeaderFields)
                throw new SyntaxException($"At most {ImapLimits.HeaderFields} header fields");
            var name = reader.ExpectAString("a field name");
            if (name.IsEmpty || name.ContainsAnyExceptInRange((byte)'!', (byte)'~'))
                throw new SyntaxException("That is not the name of a header field"); // RFC 5322 §2.2
            fields.Add(name.ToArray());
        } while (reader.SP());
        reader.ExpectChar(')');
    }

    static string LabelOf(List<int> path, SectionText text, List<byte[]> fields, long? origin)
    {
        var label = new StringBuilder("BODY[").AppendJoin('.', path);
        if (path.Count > 0 && text != SectionText.All)
            label.Append('.');
        label.Append(
            text switch
            {
                SectionText.Header => "HEADER",
                SectionText.HeaderFields => "HEADER.FIELDS",
                SectionText.HeaderFieldsNot => "HEADER.FIELDS.NOT",
                SectionText.Text => "TEXT",
                SectionText.Mime => "MIME",
                _ => "",
            }
        );
        if (fields.Count > 0)
            label.Append(" (").AppendJoin(' ', fields.Select(AString)).Append(')');
        label.Append(']');
        if (origin is not null)
            label.Append('<').Append(origin).Append('>');
        return label.ToString();
    }

    static string AString(byte[] name)
    {
        var text = Encoding.ASCII.GetString(name);
        var reader = new ImapReader(name);
        return reader.Atom(out _) && reader.AtEnd
            ? text
            : $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
    }
}
