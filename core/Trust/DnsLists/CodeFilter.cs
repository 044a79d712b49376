using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Cloud.Trust.DnsLists;

/// <summary>Which answers of a list count: four parts, each a number, a range, bits, or anything.</summary>
/// <remarks>
/// <c>127.0.0.2</c>, <c>127.0.0.2-11</c>, <c>127.0.*.3</c>; <c>127.0.0.&amp;8</c> for a list whose numbers are bits
/// (RFC 5782 §2.3): at least one of those named is set.
/// </remarks>
public sealed class CodeFilter
{
    readonly Part[] parts;
    readonly string text;

    CodeFilter(Part[] parts, string text) => (this.parts, this.text) = (parts, text);

    public static bool TryParse(string text, [NotNullWhen(true)] out CodeFilter? filter)
    {
        filter = null;
        var words = text.Split('.');
        if (words.Length != 4)
            return false;
        var parts = new Part[words.Length];
        for (var i = 0; i < words.Length; i++)
        {
            if (!TryParsePart(words[i], out parts[i]))
                return false;
        }

        filter = new(parts, text);
        return true;
    }

    public bool Matches(IPAddress code)
    {
        if (code.AddressFamily != AddressFamily.InterNetwork)
            return false;
        Span<byte> octets = stackalloc byte[4];
        code.TryWriteBytes(octets, out _);
        for (var i = 0; i < octets.Length; i++)
        {
            if (!parts[i].Matches(octets[i]))
                return false;
        }

        return true;
    }

    public override string ToString() => text;

    static bool TryParsePart(string word, out Part part)
    {
        part = new(0, 255, 0);
        if (word == "*")
            return true;
        if (word.StartsWith('&'))
        {
            var isNumber = TryParseOctet(word.AsSpan(1), out var bits);
            part = new(0, 255, bits);
            return isNumber && bits != 0;
        }

        var dash = word.IndexOf('-', StringComparison.Ordinal);
        var isRange = TryParseOctet(dash < 0 ? word : word.AsSpan(0, dash), out var low);
        var high = low;
        if (dash >= 0)
            isRange &= TryParseOctet(word.AsSpan(dash + 1), out high);
        part = new(low, high, 0);
        return isRange && low <= high;
    }

    static bool TryParseOctet(ReadOnlySpan<char> text, out byte octet) =>
        byte.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out octet);

    /// <param name="Bits">One of them is to be set; 0 for any.</param>
    readonly record struct Part(byte Low, byte High, byte Bits)
    {
        public bool Matches(byte octet) => octet >= Low && octet <= High && (Bits == 0 || (octet & Bits) != 0);
    }
}
