using System.Text;

namespace Cloud.Mail.Charsets;

/// <summary>Mailbox names on the wire (RFC 3501 §5.1.3): printable ASCII, the rest in <c>&amp;…-</c>, base64 of UTF-16.</summary>
public static class ModifiedUtf7
{
    const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

    public static string Encode(string name)
    {
        if (IsPlain(name))
            return name;
        var wire = new StringBuilder(name.Length + 16);
        for (var i = 0; i < name.Length; )
        {
            if (name[i] is >= ' ' and <= '~')
            {
                wire.Append(name[i]);
                if (name[i++] == '&')
                    wire.Append('-');
                continue;
            }

            var start = i;
            while (i < name.Length && name[i] is < ' ' or > '~')
                i++;
            AppendShifted(wire, name.AsSpan(start, i - start));
        }
        return wire.ToString();
    }

    /// <returns>
    /// Null for what no encoder writes: 8-bit octets, control characters, a shift that does not end, printable ASCII
    /// or half a surrogate inside one, bits left over, or two shifts that touch.
    /// </returns>
    public static string? Decode(ReadOnlySpan<byte> wire)
    {
        var name = new StringBuilder(wire.Length);
        var afterShift = false;
        for (var i = 0; i < wire.Length; i++)
        {
            if (wire[i] is < (byte)' ' or > (byte)'~')
                return null;
            if (wire[i] != '&')
            {
                name.Append((char)wire[i]);
                afterShift = false;
                continue;
            }

            var end = wire[i..].IndexOf((byte)'-');
            if (end < 0)
                return null;
            var shifted = wire.Slice(i + 1, end - 1);
            i += end;
            if (shifted.IsEmpty)
                name.Append('&');
            else if (afterShift || !TryAppendUnshifted(name, shifted))
                return null;
            afterShift = !shifted.IsEmpty;
        }
        return name.ToString();
    }

    static bool IsPlain(string name)
    {
        foreach (var c in name)
        {
            if (c is < ' ' or > '~' or '&')
                return false;
        }
        return true;
    }

    static void AppendShifted(StringBuilder wire, ReadOnlySpan<char> text)
    {
        var (bits, count) = (0, 0);
        wire.Append('&');
        foreach (var unit in text)
        {
            bits = ((bits & 0x3F) << 16) | unit;
            for (count += 16; count >= 6; )
            {
                count -= 6;
                wire.Append(Alphabet[(bits >> count) & 0x3F]);
            }
        }
        if (count > 0)
            wire.Append(Alphabet[(bits << (6 - count)) & 0x3F]);
        wire.Append('-');
    }

    static bool TryAppendUnshifted(StringBuilder name, ReadOnlySpan<byte> shifted)
    {
        var (bits, count) = (0, 0);
        var high = false;
        foreach (var octet in shifted)
        {
            var value = Alphabet.IndexOf((char)octet, StringComparison.Ordinal);
            if (value < 0)
                return false;
            bits = ((bits & 0xFFFF) << 6) | value;
            count += 6;
            if (count < 16)
                continue;

            count -= 16;
            var unit = (char)(bits >> count);
            if (unit is >= ' ' and <= '~' || char.IsLowSurrogate(unit) != high)
                return false;
            high = char.IsHighSurrogate(unit);
            name.Append(unit);
        }
        return !high && count < 6 && (bits & ((1 << count) - 1)) == 0;
    }
}
