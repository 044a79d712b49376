using System.Text;

namespace Cloud.Mail.Encodings;

/// <summary>Octets as two hexadecimal digits of either case: <c>=4A</c>, <c>%4A</c>.</summary>
static class Hex
{
    const string Digits = "0123456789ABCDEF";

    public static bool TryOctet(byte high, byte low, out byte octet)
    {
        octet = 0;
        if (!char.IsAsciiHexDigit((char)high) || !char.IsAsciiHexDigit((char)low))
            return false;
        octet = (byte)(Digit(high) << 4 | Digit(low));
        return true;
    }

    /// <summary>Upper case, as RFC 2045 §6.7 wants it.</summary>
    public static StringBuilder AppendOctet(this StringBuilder text, byte octet) =>
        text.Append(Digits[octet >> 4]).Append(Digits[octet & 0xF]);

    static int Digit(byte hex) => (hex & 0xF) + (hex > '9' ? 9 : 0);
}
