using System.Globalization;
using System.Text;
using Cloud.Mail.Charsets;

namespace Cloud.Mail.Archives;

/// <summary>Dovecot's file <c>dovecot-keywords</c>: what the letters of <see cref="MaildirName.Keywords"/> stand for.</summary>
public static class MaildirKeywords
{
    /// <summary>Letters there are.</summary>
    public const int Max = 26;

    /// <returns>The keyword of each number; null where there is none. Always <see cref="Max"/> of them.</returns>
    public static IReadOnlyList<string?> Parse(ReadOnlySpan<byte> file)
    {
        var names = new string?[Max];
        foreach (var line in Charset.Guess(file[..Math.Min(file.Length, 64 * 1024)]).Split('\n'))
        {
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            var isEntry =
                int.TryParse(
                    line.AsSpan(0, Math.Max(space, 0)),
                    NumberStyles.None,
                    CultureInfo.InvariantCulture,
                    out var at
                )
                && at < Max;
            if (isEntry && line[(space + 1)..].Trim() is { Length: > 0 } name)
                names[at] = name;
        }

        return names;
    }

    /// <param name="names">At most <see cref="Max"/>; the rest cannot be kept and is left out.</param>
    public static byte[] Format(IReadOnlyList<string?> names)
    {
        var file = new StringBuilder();
        for (var i = 0; i < Math.Min(names.Count, Max); i++)
        {
            if (names[i] is { } name)
                file.Append(CultureInfo.InvariantCulture, $"{i} {name.ReplaceLineEndings("")}\n");
        }

        return Encoding.UTF8.GetBytes(file.ToString());
    }
}
