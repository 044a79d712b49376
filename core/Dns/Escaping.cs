using System.Globalization;
using System.Text;

namespace Cloud.Dns;

/// <summary>Octets as zone files write them. RFC 1035 §5.1.</summary>
static class Escaping
{
    public static void Append(StringBuilder text, byte octet, ReadOnlySpan<char> special)
    {
        if (octet is < 0x20 or > 0x7E || octet == ' ' && special.Contains(' '))
            text.Append(CultureInfo.InvariantCulture, $"\\{octet:D3}");
        else if (special.Contains((char)octet))
            text.Append('\\').Append((char)octet);
        else
            text.Append((char)octet);
    }
}
