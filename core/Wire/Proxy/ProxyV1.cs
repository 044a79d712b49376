using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Cloud.Wire.Proxy;

/// <summary>A line: <c>PROXY TCP4 192.0.2.1 192.0.2.2 56324 25</c> (PROXY protocol §2.1).</summary>
static class ProxyV1
{
    /// <summary>Octets of the longest line with its CRLF (§2.1).</summary>
    public const int MaxOctets = 107;

    static ReadOnlySpan<byte> Prefix => "PROXY "u8;

    static ReadOnlySpan<byte> Unknown => "UNKNOWN"u8;

    public static ProxyStatus Read(ReadOnlySpan<byte> octets, out ProxyHeader header, out int length, out string fault)
    {
        (header, length, fault) = (default, 0, "");
        var common = Math.Min(octets.Length, Prefix.Length);
        if (!octets[..common].SequenceEqual(Prefix[..common]))
            return Bad("it begins with something else", out fault);

        var line = octets[..Math.Min(octets.Length, MaxOctets)];
        var end = line.IndexOf((byte)'\n');
        if (end < 0)
            return octets.Length < MaxOctets ? ProxyStatus.Incomplete : Bad("its line is too long", out fault);
        if (line[end - 1] != '\r')
            return Bad("its line does not end in CRLF", out fault);

        length = end + 1;
        var rest = line[Prefix.Length..(end - 1)];
        if (rest.StartsWith(Unknown) && (rest.Length == Unknown.Length || rest[Unknown.Length] == ' '))
            return ProxyStatus.Header; // All behind UNKNOWN is to be ignored.
        if (Source(rest) is not { } source)
            return Bad("its addresses or ports are not well-formed", out fault);
        header = new(IsLocal: false, source);
        return ProxyStatus.Header;
    }

    /// <summary>Family, source, destination, source's port, destination's port: a space between each, nothing else.</summary>
    static IPEndPoint? Source(ReadOnlySpan<byte> rest)
    {
        Span<Range> parts = stackalloc Range[6];
        Span<char> text = stackalloc char[MaxOctets];
        text = text[..Encoding.Latin1.GetChars(rest, text)];
        if (((ReadOnlySpan<char>)text).Split(parts, ' ') != 5)
            return null;
        AddressFamily? family = text[parts[0]] switch
        {
            "TCP4" => AddressFamily.InterNetwork,
            "TCP6" => AddressFamily.InterNetworkV6,
            _ => null,
        };
        return
            Address(text[parts[1]], family) is { } source
            && Address(text[parts[2]], family) is not null
            && Port(text[parts[3]]) is { } port
            && Port(text[parts[4]]) is not null
            ? new IPEndPoint(source, port)
            : null;
    }

    static IPAddress? Address(ReadOnlySpan<char> text, AddressFamily? family)
    {
        // The framework also takes 1.2.3, octal numbers, scopes and brackets.
        var known = family == AddressFamily.InterNetworkV6 ? "0123456789abcdefABCDEF:." : "0123456789.";
        if (text.IsEmpty || text.IndexOfAnyExcept(known) >= 0)
            return null;
        if (family == AddressFamily.InterNetwork && !IsDotted(text))
            return null;
        return IPAddress.TryParse(text, out var address) && address.AddressFamily == family ? address : null;
    }

    /// <summary>Four numbers without leading zeros.</summary>
    static bool IsDotted(ReadOnlySpan<char> text)
    {
        var count = 0;
        foreach (var part in text.Split('.'))
        {
            var number = text[part];
            if (++count > 4 || number.Length is 0 or > 3 || (number[0] == '0' && number.Length > 1))
                return false;
        }
        return count == 4;
    }

    static int? Port(ReadOnlySpan<char> text) =>
        text.Length is > 0 and <= 5
        && (text[0] != '0' || text.Length == 1)
        && ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? port
            : null;

    static ProxyStatus Bad(string why, out string fault)
    {
        fault = why;
        return ProxyStatus.Bad;
    }
}
