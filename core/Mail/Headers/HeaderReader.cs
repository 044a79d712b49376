using System.Buffers;

namespace Cloud.Mail.Headers;

/// <summary>Walks the fields of a header block in their order, bytes untouched. Usable in a foreach.</summary>
/// <remarks>
/// A field is a line <c>name:</c> and the lines after it that begin with white space. The block ends at a blank
/// line, or at a line that is neither field nor continuation (RFC 5322 §2.2; Postfix ends it there as well, so
/// text after a forgotten blank line is body, not lost). An mbox "From " line at the top is passed over. Lines end
/// in LF, with or without CR.
/// </remarks>
public ref struct HeaderReader(ReadOnlySpan<byte> block)
{
    // RFC 5322 §2.2: printable ASCII except colon.
    static readonly SearchValues<byte> NameOctets = SearchValues.Create(
        Enumerable.Range(33, 94).Where(octet => octet != ':').Select(octet => (byte)octet).ToArray()
    );

    ReadOnlySpan<byte> rest = IsMboxLine(block) ? AfterLine(block) : block;

    public HeaderField Current { get; private set; }

    /// <summary>What follows <see cref="Current"/>, and at the end of the block what ended it.</summary>
    public readonly ReadOnlySpan<byte> Rest => rest;

    public readonly HeaderReader GetEnumerator() => this;

    public bool MoveNext()
    {
        while (!rest.IsEmpty && rest[0] is (byte)' ' or (byte)'\t')
            rest = AfterLine(rest);
        var colon = Colon(rest);
        if (colon < 0)
            return false;

        var end = rest.Length;
        for (var from = colon; from < rest.Length; )
        {
            var line = rest[from..].IndexOf((byte)'\n');
            if (line < 0)
                break;
            from += line + 1;
            if (from < rest.Length && rest[from] is (byte)' ' or (byte)'\t')
                continue;
            end = from;
            break;
        }

        Current = new HeaderField(rest[..end], colon);
        rest = rest[end..];
        return true;
    }

    /// <summary>Where the colon of the field at the start of <paramref name="line"/> is; -1 if this is no field.</summary>
    internal static int Colon(ReadOnlySpan<byte> line)
    {
        var at = line.IndexOfAnyExcept(NameOctets);
        while (at >= 0 && at < line.Length && line[at] is (byte)' ' or (byte)'\t')
            at++; // RFC 5322 §4.5 obs-optional
        return at >= 0 && at < line.Length && line[at] == ':' ? at : -1;
    }

    /// <remarks>White space before the colon makes it a field: RFC 5322 §4.5.2 obs-from.</remarks>
    internal static bool IsMboxLine(ReadOnlySpan<byte> line) =>
        line.StartsWith(">From "u8)
        || line.StartsWith("From "u8) && line[5..].TrimStart(" \t"u8) is not [(byte)':', ..];

    static ReadOnlySpan<byte> AfterLine(ReadOnlySpan<byte> text) =>
        text.IndexOf((byte)'\n') is var lf and >= 0 ? text[(lf + 1)..] : [];
}

/// <summary>One field of a header block.</summary>
public readonly ref struct HeaderField(ReadOnlySpan<byte> raw, int colon)
{
    /// <summary>Every byte of it, folded lines and the last line's end included.</summary>
    public ReadOnlySpan<byte> Raw { get; } = raw;

    public ReadOnlySpan<byte> Name { get; } = raw[..colon].TrimEnd(" \t"u8);

    /// <summary>What follows the colon, still folded, line end included.</summary>
    public ReadOnlySpan<byte> Value => Raw[(colon + 1)..];

    public bool Is(ReadOnlySpan<byte> name) => System.Text.Ascii.EqualsIgnoreCase(Name, name);
}
