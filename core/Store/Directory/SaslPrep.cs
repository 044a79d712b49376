using System.Globalization;
using System.Text;

namespace Cloud.Store.Directory;

/// <summary>Makes two ways of typing one password equal (RFC 4013), on today's Unicode.</summary>
static class SaslPrep
{
    /// <summary>Characters that RFC 3454 B.1 maps to nothing.</summary>
    const string Ignored = "\u00AD\u034F\u1806\u180B\u180C\u180D\u200B\u200C\u200D\u2060\uFEFF";

    /// <returns>Null when it is empty, too long, or holds what may not be in a password.</returns>
    public static string? Prepare(string password)
    {
        if (password.Length is 0 or > Passwords.MaxLength)
            return null;
        if (Ascii.IsValid(password))
            return password.Any(char.IsControl) ? null : password;

        var mapped = new StringBuilder(password.Length);
        foreach (var c in password)
        {
            if (char.GetUnicodeCategory(c) == UnicodeCategory.SpaceSeparator)
                mapped.Append(' ');
            else if (!IsIgnored(c))
                mapped.Append(c);
        }
        try
        {
            var prepared = mapped.ToString().Normalize(NormalizationForm.FormKC);
            return prepared.Length == 0 || prepared.Any(IsProhibited) ? null : prepared;
        }
        catch (ArgumentException)
        {
            return null; // half a surrogate pair
        }
    }

    static bool IsIgnored(char c) => c is >= '\uFE00' and <= '\uFE0F' || Ignored.Contains(c, StringComparison.Ordinal);

    /// <summary>RFC 4013 §2.3, as far as single UTF-16 units show it.</summary>
    static bool IsProhibited(char c) =>
        char.IsControl(c)
        || c is (>= '\u200E' and <= '\u200F') or (>= '\u2028' and <= '\u202E') or (>= '\uFFF9' and <= '\uFFFF')
        || char.GetUnicodeCategory(c) == UnicodeCategory.PrivateUse;
}
