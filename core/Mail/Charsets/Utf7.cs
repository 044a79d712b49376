using Cloud.Mail.Encodings;

namespace Cloud.Mail.Charsets;

/// <summary>UTF-7, RFC 2152: ASCII, with base64 of UTF-16 between <c>+</c> and what is no base64.</summary>
static class Utf7
{
    /// <remarks>Lenient: a shift may stay open, bits left over go, octets over 127 and half surrogates become U+FFFD.</remarks>
    public static void Append(ReadOnlySpan<byte> bytes, ref PooledText text)
    {
        var units = text.Room(bytes.Length);
        var length = 0;
        while (!bytes.IsEmpty)
        {
            var octet = bytes[0];
            bytes = bytes[1..];
            if (octet != '+')
                units[length++] = octet < 0x80 ? (char)octet : '\uFFFD';
            else if (!bytes.IsEmpty && Base64Decoder.Value(bytes[0]) >= 0)
                length += Shifted(ref bytes, units[length..]);
            else
            {
                units[length++] = '+';
                if (bytes is [(byte)'-', ..]) // "+-" is a plus; a plus before anything else stands for itself
                    bytes = bytes[1..];
            }
        }

        ReplaceHalves(units[..length]);
        text.Advance(length);
    }

    static void ReplaceHalves(Span<char> units)
    {
        for (var i = 0; i < units.Length; i++)
        {
            if (!char.IsSurrogate(units[i]))
                continue;
            if (i + 1 < units.Length && char.IsSurrogatePair(units[i], units[i + 1]))
                i++;
            else
                units[i] = '\uFFFD';
        }
    }

    static int Shifted(ref ReadOnlySpan<byte> bytes, Span<char> units)
    {
        var length = 0;
        var (bits, count) = (0, 0);
        var at = 0;
        for (; at < bytes.Length && Base64Decoder.Value(bytes[at]) is >= 0 and var value; at++)
        {
            bits = (bits & 0xFFFF) << 6 | value;
            count += 6;
            if (count < 16)
                continue;
            count -= 16;
            units[length++] = (char)(bits >> count);
        }

        if (at < bytes.Length && bytes[at] == '-')
            at++;
        bytes = bytes[at..];
        return length;
    }
}
