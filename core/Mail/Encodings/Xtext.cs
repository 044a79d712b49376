using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Cloud.Mail.Encodings;

/// <summary>xtext: printable ASCII in which <c>+HH</c> stands for any octet (RFC 3461 §4).</summary>
public static class Xtext
{
    /// <summary>Any text, its octets in UTF-8; of what is beyond ASCII, RFC 3461 §4.4 allows none in an ENVID.</summary>
    public static string Encode(string text)
    {
        var xtext = new StringBuilder(text.Length);
        foreach (var octet in Encoding.UTF8.GetBytes(text))
        {
            if (octet is >= (byte)'!' and <= (byte)'~' and not ((byte)'+' or (byte)'='))
                xtext.Append((char)octet);
            else
                xtext.Append(CultureInfo.InvariantCulture, $"+{octet:X2}");
        }

        return xtext.ToString();
    }

    /// <returns>Null when it is no xtext, or what it stands for is no UTF-8 or holds control characters.</returns>
    public static string? TryDecode(ReadOnlySpan<byte> xtext)
    {
        var octets = new byte[xtext.Length];
        var length = 0;
        for (var i = 0; i < xtext.Length; i++)
        {
            var octet = xtext[i];
            if (octet is < (byte)'!' or > (byte)'~' or (byte)'=')
                return null;
            if (octet == '+')
            {
                if (i + 2 >= xtext.Length || Hex(xtext[i + 1]) is not { } high || Hex(xtext[i + 2]) is not { } low)
                    return null;
                octet = (byte)(high << 4 | low);
                i += 2;
            }
            // A newline smuggled in would become a header of the notification.
            if (octet is < (byte)' ' or 127)
                return null;
            octets[length++] = octet;
        }
        return Utf8.IsValid(octets.AsSpan(0, length)) ? Encoding.UTF8.GetString(octets, 0, length) : null;
    }

    /// <summary>Upper case only, says RFC 3461 §4.</summary>
    static int? Hex(byte digit) =>
        digit switch
        {
            >= (byte)'0' and <= (byte)'9' => digit - '0',
            >= (byte)'A' and <= (byte)'F' => digit - 'A' + 10,
            _ => null,
        };
}
