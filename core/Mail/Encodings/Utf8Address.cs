using System.Globalization;
using System.Text;

namespace Cloud.Mail.Encodings;

/// <summary>Addresses of type utf-8 in ASCII: <c>\x{HEX}</c> stands for what xtext or ASCII cannot hold. RFC 6533 §3.</summary>
/// <remarks>What of <see cref="Xtext"/> would be an escape never stands in it, so that it needs no second encoding.</remarks>
public static class Utf8Address
{
    /// <summary>The form that every transport takes: utf-8-addr-xtext. Lone surrogates become U+FFFD.</summary>
    public static string Encode(string address)
    {
        var encoded = new StringBuilder(address.Length * 2);
        foreach (var rune in address.EnumerateRunes())
        {
            if (rune.Value is > ' ' and <= '~' and not ('\\' or '+' or '='))
                encoded.Append((char)rune.Value);
            else
                encoded.Append(CultureInfo.InvariantCulture, $"\\x{{{rune.Value:X2}}}");
        }

        return encoded.ToString();
    }

    /// <summary>Any of the three forms. What is no escape stays as it stands.</summary>
    public static string Decode(string text)
    {
        if (!text.Contains("\\x{", StringComparison.Ordinal))
            return text;
        var decoded = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (TryEscape(text.AsSpan(i), out var rune, out var length))
            {
                decoded.Append(rune.ToString());
                i += length - 1;
            }
            else
                decoded.Append(text[i]);
        }

        return decoded.ToString();
    }

    static bool TryEscape(ReadOnlySpan<char> text, out Rune rune, out int length)
    {
        (rune, length) = (default, 0);
        if (!text.StartsWith("\\x{"))
            return false;
        var end = text[..Math.Min(text.Length, 10)].IndexOf('}');
        if (end < 4)
            return false;
        length = end + 1;
        return int.TryParse(text[3..end], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var point)
            && Rune.TryCreate(point, out rune);
    }
}
