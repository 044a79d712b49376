using System.Globalization;
using System.Text;

namespace Cloud.Store.Ports;

/// <summary>What may stand in a key, and how other text is made to fit.</summary>
public static class KeyText
{
    public static bool IsAllowed(char c) => c is >= ' ' and <= '~' and not ('/' or '\\' or '#' or '?');

    /// <returns><paramref name="key"/> itself.</returns>
    /// <exception cref="ArgumentException">Too long, or a character outside the key alphabet.</exception>
    public static string Check(string key)
    {
        if (key.Length > RowLimits.KeyLength)
            throw new ArgumentException($"Key is over {RowLimits.KeyLength} characters", nameof(key));
        foreach (var c in key)
        {
            if (!IsAllowed(c))
                throw new ArgumentException($"Key holds U+{(int)c:X4}", nameof(key));
        }
        return key;
    }

    /// <summary>Writes any text in the key alphabet: other characters as <c>=XX</c>, an octet of UTF-8 each.</summary>
    /// <remarks>Injective, but it does not keep the order: for look-ups only.</remarks>
    public static string Encode(string text)
    {
        var key = new StringBuilder(text.Length);
        foreach (var octet in Encoding.UTF8.GetBytes(text))
        {
            if (octet != '=' && IsAllowed((char)octet))
                key.Append((char)octet);
            else
                key.Append(CultureInfo.InvariantCulture, $"={octet:X2}");
        }
        return key.ToString();
    }
}
