using System.Text;

namespace Cloud.Store.Mailboxes;

/// <summary>Mailbox names: paths of levels (RFC 9051 §5.1).</summary>
static class MailboxPaths
{
    public const char Separator = '/';

    /// <summary>Reads a path as a client gives it: NFC, INBOX in any case.</summary>
    /// <returns>Its levels; null when it cannot be a name.</returns>
    public static string[]? TryParse(string path)
    {
        // Before the costly work: no valid path is longer.
        if (path.Length > MailboxLimits.Depth * (MailboxLimits.NameBytes + 1))
            return null;
        string[] levels;
        try
        {
            levels = path.Normalize().Split(Separator);
        }
        catch (ArgumentException)
        {
            return null; // half a surrogate pair
        }
        if (levels.Length > MailboxLimits.Depth || !levels.All(IsLevel))
            return null;
        if (levels[0].Equals("INBOX", StringComparison.OrdinalIgnoreCase))
            levels[0] = "INBOX";
        return levels;
    }

    static bool IsLevel(string level) =>
        level.Length > 0 && Encoding.UTF8.GetByteCount(level) <= MailboxLimits.NameBytes && !level.Any(EndsLines);

    /// <summary>What no name may have: controls, and what separates lines and paragraphs (RFC 6855 §3).</summary>
    static bool EndsLines(char c) => char.IsControl(c) || c is '\u2028' or '\u2029';

    /// <summary>The full path of a mailbox.</summary>
    public static string Compose(IReadOnlyDictionary<MailboxId, MailboxRow> mailboxes, MailboxRow mailbox)
    {
        if (mailbox.Parent == default)
            return mailbox.Name;
        var levels = new Stack<string>();
        levels.Push(mailbox.Name);
        for (
            var parent = mailbox.Parent;
            levels.Count <= MailboxLimits.Depth && mailboxes.TryGetValue(parent, out var row);
            parent = row.Parent
        )
            levels.Push(row.Name);
        return string.Join(Separator, levels);
    }
}
