using System.Buffers.Text;
using System.Text;
using System.Text.Unicode;

namespace Cloud.Listener.Pop3;

/// <summary>Reads a command's arguments (RFC 2449 §3). A method answers false, or null, where its rule does not fit.</summary>
ref struct Pop3Reader(ReadOnlySpan<byte> line)
{
    ReadOnlySpan<byte> rest = line;

    public readonly bool AtEnd => rest.IsEmpty;

    /// <summary>keyword; the verb of a line: what stands before the first space.</summary>
    public ReadOnlySpan<byte> Verb()
    {
        var end = rest.IndexOf((byte)' ');
        var verb = end < 0 ? rest : rest[..end];
        rest = rest[verb.Length..];
        return verb;
    }

    public bool Space()
    {
        if (rest.IsEmpty || rest[0] != ' ')
            return false;
        rest = rest[1..];
        return true;
    }

    /// <summary>SP and a message number. One beyond 31 bits names no message and is read as 0, which names none either.</summary>
    public int? Number() => Digits(tooBig: 0);

    /// <summary>SP and a number of lines. Beyond 31 bits is as good as all of them.</summary>
    public int? Lines() => Digits(tooBig: int.MaxValue);

    int? Digits(int tooBig)
    {
        if (!Space())
            return null;
        var digits = rest.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        var text = digits < 0 ? rest : rest[..digits];
        if (text.IsEmpty)
            return null;
        rest = rest[text.Length..];
        return Utf8Parser.TryParse(text, out int number, out _) ? number : tooBig;
    }

    /// <summary>SP and 1*VCHAR.</summary>
    public string? Atom()
    {
        if (!Space())
            return null;
        var end = rest.IndexOfAnyExceptInRange((byte)'!', (byte)'~');
        var text = end < 0 ? rest : rest[..end];
        rest = rest[text.Length..];
        return text.IsEmpty ? null : Encoding.ASCII.GetString(text);
    }

    /// <summary>
    /// SP and all that is left, spaces included (RFC 1939 §7 on PASS), in well-formed UTF-8 (RFC 6856 §2.2) without
    /// control characters.
    /// </summary>
    public string? Text()
    {
        if (!Space() || rest.IsEmpty || rest.ContainsAnyInRange((byte)0, (byte)31) || rest.Contains((byte)127))
            return null;
        if (!Utf8.IsValid(rest))
            return null;
        var text = Encoding.UTF8.GetString(rest);
        rest = [];
        return text;
    }
}
