using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;

namespace Cloud.Mail.Charsets;

/// <summary>UTF-7, RFC 2152: ASCII, with base64 of UTF-16 between <c>+</c> and what is no base64.</summary>
static class Utf7
{
    /// <remarks>Lenient: a shift may stay open, bits left over go, octets over 127 and half surrogates become U+FFFD.</remarks>
    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        var units = ArrayPool<char>.Shared.Rent(bytes.Length);
        var length = 0;
        while (!bytes.IsEmpty)
        {
            var octet = bytes[0];
            bytes = bytes[1..];
            if (octet != '+')
                units[length++] = octet < 0x80 ? (char)octet : '\uFFFD';
            else if (!bytes.IsEmpty && Bits(bytes[0]) >= 0)
                length += Shifted(ref bytes, units.AsSpan(length));
            else
            {
                units[length++] = '+';
                if (bytes is [(byte)'-', ..]) // "+-" is a plus; a plus before anything else stands for itself
                    bytes = bytes[1..];
            }
        }

        // By way of bytes, since that replaces half surrogates.
        var text = Encoding.Unicode.GetString(MemoryMarshal.AsBytes(units.AsSpan(0, length)));
        ArrayPool<char>.Shared.Return(units);
        return text;
    }

    static int Shifted(ref ReadOnlySpan<byte> bytes, Span<char> units)
    {
        var length = 0;
        var (bits, count) = (0, 0);
        var at = 0;
        for (; at < bytes.Length && Bits(bytes[at]) is >= 0 and var value; at++)
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

    static int Bits(byte octet) =>
        octet switch
        {
            >= (byte)'A' and <= (byte)'Z' => octet - 'A',
            >= (byte)'a' and <= (byte)'z' => octet - 'a' + 26,
            >= (byte)'0' and <= (byte)'9' => octet - '0' + 52,
            (byte)'+' => 62,
            (byte)'/' => 63,
            _ => -1,
        };
}
