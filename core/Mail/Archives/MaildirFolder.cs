using System.Text;
using Cloud.Mail.Charsets;

namespace Cloud.Mail.Archives;

/// <summary>Names of folders below a Maildir (Maildir++): <c>.Work.Bills</c> is the folder Bills in Work.</summary>
public static class MaildirFolder
{
    /// <summary>Characters of a name that is read; file systems allow 255.</summary>
    internal const int MaxName = 1024;

    /// <summary>Octets of a name that is made: a number may come behind it.</summary>
    internal const int MaxMade = 240;

    /// <param name="directory">Its name on disk; levels divided by dots, in IMAP's modified UTF-7.</param>
    /// <returns>Levels, outermost first; null if it is no folder (<c>cur</c>, <c>..</c>, <c>.a..b</c>), or longer than any can be.</returns>
    public static IReadOnlyList<string>? Parse(string directory)
    {
        if (
            directory.Length is < 2 or > MaxName
            || directory[0] != '.'
            || directory.Contains('/', StringComparison.Ordinal)
        )
            return null;
        var levels = directory[1..].Split('.');
        return Array.Exists(levels, level => level.Length == 0)
            ? null
            : [.. levels.Select(level => ModifiedUtf7.Decode(Encoding.UTF8.GetBytes(level)) ?? level)];
    }

    /// <param name="levels">Outermost first.</param>
    /// <returns>
    /// A dot or slash within a level becomes an underscore, and so does a level without a name: the format has no way to
    /// say them, and <c>..</c> is another directory. What no file system has room for is cut at its end, at a whole
    /// character.
    /// </returns>
    public static string Format(IReadOnlyList<string> levels)
    {
        var left = levels.ToList();
        while (true)
        {
            var name = "." + string.Join('.', left.Select(Level));
            if (name.Length <= MaxMade)
                return name;
            var last = left[^1];
            if (last.Length > 1)
                left[^1] = last[..^(char.IsLowSurrogate(last[^1]) ? 2 : 1)];
            else
                left.RemoveAt(left.Count - 1);
        }
    }

    static string Level(string name) =>
        name.Length == 0 ? "_" : ModifiedUtf7.Encode(name.Replace('.', '_').Replace('/', '_'));
}
