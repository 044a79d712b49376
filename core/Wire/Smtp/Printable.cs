using System.Text;
using System.Text.Unicode;

namespace Cloud.Wire.Smtp;

/// <summary>Octets of a stranger as text that may stand in a log or a notice.</summary>
static class Printable
{
    /// <summary>UTF-8 if it is that, Latin-1 otherwise; control characters but line feeds become question marks.</summary>
    public static string Text(ReadOnlySpan<byte> octets)
    {
        if (Ascii.IsValid(octets) && octets.IndexOfAnyInRange((byte)0, (byte)31) < 0 && !octets.Contains((byte)127))
            return Encoding.ASCII.GetString(octets);
        var text = Utf8.IsValid(octets) ? Encoding.UTF8.GetString(octets) : Encoding.Latin1.GetString(octets);
        return string.Create(
            text.Length,
            text,
            static (to, from) =>
            {
                for (var i = 0; i < to.Length; i++)
                    to[i] = IsHarmless(from[i]) ? from[i] : '?';
            }
        );
    }

    /// <summary>Line and paragraph separators, and marks that turn the direction of text, would deceive a reader.</summary>
    static bool IsHarmless(char c) =>
        c == '\n'
        || !char.IsControl(c)
            && c is not ('\u2028' or '\u2029' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069'));
}
