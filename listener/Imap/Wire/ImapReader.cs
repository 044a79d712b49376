using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Cloud.Mail.Charsets;

namespace Cloud.Listener.Imap.Wire;

/// <summary>Reads a command's grammar (RFC 9051 §9), literals and all, off the octets that were gathered of it.</summary>
/// <remarks>
/// A method with a bare name tries: it answers false and has moved nothing when its rule is not there. One with
/// <c>Expect</c> insists: it throws <see cref="SyntaxException"/>. The rules of flags, dates, SEARCH and FETCH stand
/// in files of their own, as extensions. The last literal of APPEND is not in the octets; it is read as it comes.
/// </remarks>
/// <param name="utf8">Mailbox names are UTF-8, not modified UTF-7.</param>
ref struct ImapReader(ReadOnlySpan<byte> command, bool utf8 = false)
{
    static readonly SearchValues<byte> AtomChars = Chars("(){ %*\"\\]");
    static readonly SearchValues<byte> AStringChars = Chars("(){ %*\"\\");
    static readonly SearchValues<byte> ListChars = Chars("(){ \"\\");
    static readonly SearchValues<byte> TagChars = Chars("(){ %*\"\\+");
    static readonly SearchValues<byte> LabelChars = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-"u8
    );

    readonly bool utf8 = utf8;
    ReadOnlySpan<byte> rest = command;

    /// <summary>Everything still to be read.</summary>
    public readonly ReadOnlySpan<byte> Rest => rest;

    public readonly bool AtEnd => rest.IsEmpty;

    public readonly bool Peek(char next) => !rest.IsEmpty && rest[0] == next;

    public bool Char(char expected)
    {
        if (!Peek(expected))
            return false;
        rest = rest[1..];
        return true;
    }

    public void ExpectChar(char expected)
    {
        if (!Char(expected))
            throw Expected($"'{expected}'");
    }

    public bool SP() => Char(' ');

    public void ExpectSP()
    {
        if (!SP())
            throw Expected("a space");
    }

    public readonly void ExpectEnd()
    {
        if (!rest.IsEmpty)
            throw Expected("the end of the line");
    }

    public bool Tag(out ReadOnlySpan<byte> tag) => Take(TagChars, out tag);

    public bool Atom(out ReadOnlySpan<byte> atom) => Take(AtomChars, out atom);

    public ReadOnlySpan<byte> ExpectAtom(string what) => Atom(out var atom) ? atom : throw Expected(what);

    /// <summary>A name the grammar itself knows, in any case: letters, digits, dots, hyphens.</summary>
    public bool Label(out ReadOnlySpan<byte> label) => Take(LabelChars, out label);

    /// <summary>Exactly this name, in any case.</summary>
    public bool Label(ReadOnlySpan<byte> name)
    {
        var before = rest;
        if (Label(out var label) && Ascii.EqualsIgnoreCase(label, name))
            return true;
        rest = before;
        return false;
    }

    /// <summary>number: 32 bits (RFC 9051 §9).</summary>
    public bool Number(out uint number)
    {
        number = 0;
        var before = rest;
        if (!Number64(out var wide) || wide > uint.MaxValue)
        {
            rest = before;
            return false;
        }
        number = (uint)wide;
        return true;
    }

    public uint ExpectNumber() => Number(out var number) ? number : throw Expected("a number of 32 bits");

    /// <summary>number64: 63 bits (RFC 9051 §9).</summary>
    public bool Number64(out long number)
    {
        number = 0;
        var length = rest.IndexOfAnyExceptInRange((byte)'0', (byte)'9') is >= 0 and var end ? end : rest.Length;
        if (length == 0 || !long.TryParse(rest[..length], out number))
            return false;
        rest = rest[length..];
        return true;
    }

    public long ExpectNumber64() => Number64(out var number) ? number : throw Expected("a number");

    /// <summary>nz-number.</summary>
    public uint ExpectNzNumber() =>
        Number(out var number) && number > 0 ? number : throw Expected("a number from 1 on");

    /// <summary>string: quoted or a literal. A view of the command, except where a quoted one has escapes.</summary>
    public bool String(out ReadOnlySpan<byte> value) => Quoted(out value) || Literal(out value);

    /// <summary>literal8 (RFC 3516 §4.4).</summary>
    public bool Literal8(out ReadOnlySpan<byte> value)
    {
        var before = rest;
        if (Char('~') && Literal(out value))
            return true;
        rest = before;
        value = default;
        return false;
    }

    public bool AString(out ReadOnlySpan<byte> value) => Take(AStringChars, out value) || String(out value);

    public ReadOnlySpan<byte> ExpectAString(string what) => AString(out var value) ? value : throw Expected(what);

    /// <summary>An astring of UTF-8.</summary>
    public string ExpectText(string what)
    {
        var value = ExpectAString(what);
        return Utf8.IsValid(value) ? Encoding.UTF8.GetString(value) : throw new SyntaxException($"{what} is not UTF-8");
    }

    /// <summary>nstring of UTF-8: null for NIL.</summary>
    public string? ExpectNString(string what)
    {
        if (Label("NIL"u8))
            return null;
        return String(out var value) && Utf8.IsValid(value) ? Encoding.UTF8.GetString(value) : throw Expected(what);
    }

    /// <summary>mailbox: a name as the store keeps it.</summary>
    public string ExpectMailbox() => ExpectMailboxName().Canonical;

    /// <summary>mailbox: a name as it was sent, and as the store keeps it.</summary>
    public MailboxName ExpectMailboxName() => MailboxName.Of(Name(ExpectAString("a mailbox name")));

    /// <summary>list-mailbox: a pattern in Unicode.</summary>
    public string ExpectListMailbox()
    {
        if (!Take(ListChars, out var wire) && !String(out wire))
            throw Expected("a mailbox pattern");
        if (wire.Length > ImapLimits.Pattern)
            throw new SyntaxException($"A pattern has at most {ImapLimits.Pattern} octets");
        return MailboxName.Composed(Name(wire));
    }

    /// <summary>RFC 9051 §5.1, RFC 6855 §3; before either is enabled, RFC 3501 §5.1.3.</summary>
    readonly string Name(ReadOnlySpan<byte> wire)
    {
        if (!utf8)
            return ModifiedUtf7.Decode(wire) ?? throw new SyntaxException("The mailbox name is not modified UTF-7");
        return Utf8.IsValid(wire)
            ? Encoding.UTF8.GetString(wire)
            : throw new SyntaxException("The mailbox name is not UTF-8");
    }

    public SequenceSet ExpectSequenceSet()
    {
        if (Char('$'))
            return SequenceSet.Saved;
        var ranges = new List<(uint, uint)>(1);
        do
        {
            if (ranges.Count == ImapLimits.SequenceRanges)
                throw new SyntaxException($"A set has at most {ImapLimits.SequenceRanges} ranges");
            var first = ExpectSequenceNumber();
            ranges.Add((first, Char(':') ? ExpectSequenceNumber() : first));
        } while (Char(','));
        return new SequenceSet(ranges);
    }

    /// <summary>The header of a literal whose octets are still to come, at the end of the line.</summary>
    public LiteralHeader ExpectLiteralHeader()
    {
        if (!LiteralHeader.TryParse(rest, out var literal) || literal.Start != 0)
            throw Expected("a literal");
        rest = [];
        return literal;
    }

    public readonly SyntaxException Expected(string what)
    {
        var end = rest.IndexOfAnyExceptInRange((byte)' ', (byte)'~');
        var shown = rest[..Math.Min(end < 0 ? rest.Length : end, 20)];
        return new SyntaxException(
            // In quotes: a line that ended in what a client wrote could end in {5}, and be taken for a literal's header.
            shown.IsEmpty
                ? $"Expected {what}"
                : $"Expected {what} at '{Encoding.ASCII.GetString(shown)}'"
        );
    }

    uint ExpectSequenceNumber() => Char('*') ? SequenceSet.Star : ExpectNzNumber();

    bool Quoted(out ReadOnlySpan<byte> value)
    {
        value = default;
        if (!Peek('"'))
            return false;
        var text = rest[1..];
        var end = text.IndexOfAny((byte)'"', (byte)'\\', (byte)'\r');
        if (end >= 0 && text[end] == '"')
        {
            value = text[..end];
            rest = text[(end + 1)..];
            return true;
        }

        var unescaped = new ArrayBufferWriter<byte>();
        while (end >= 0 && text[end] == '\\' && end + 1 < text.Length && text[end + 1] is (byte)'"' or (byte)'\\')
        {
            unescaped.Write(text[..end]);
            unescaped.Write(text.Slice(end + 1, 1));
            text = text[(end + 2)..];
            end = text.IndexOfAny((byte)'"', (byte)'\\', (byte)'\r');
        }
        if (end < 0 || text[end] != '"')
            throw Expected("a quoted string that ends");
        unescaped.Write(text[..end]);
        value = unescaped.WrittenSpan;
        rest = text[(end + 1)..];
        return true;
    }

    bool Literal(out ReadOnlySpan<byte> value)
    {
        value = default;
        if (!Peek('{'))
            return false;
        var line = rest.IndexOf("\r\n"u8);
        if (line < 0 || !LiteralHeader.TryParse(rest[..line], out var literal) || literal.Start != 0)
            return false;
        var octets = rest[(line + 2)..];
        if (octets.Length < literal.Size)
            return false;
        value = octets[..(int)literal.Size];
        rest = octets[(int)literal.Size..];
        return true;
    }

    bool Take(SearchValues<byte> allowed, out ReadOnlySpan<byte> taken)
    {
        var end = rest.IndexOfAnyExcept(allowed);
        taken = end < 0 ? rest : rest[..end];
        rest = rest[taken.Length..];
        return !taken.IsEmpty;
    }

    static SearchValues<byte> Chars(string except) =>
        SearchValues.Create([
            .. Enumerable.Range('!', '~' - '!' + 1).Select(c => (byte)c).Where(c => !except.Contains((char)c)),
        ]);
}
