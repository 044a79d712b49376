using System.Text;

namespace Cloud.Store.Mailboxes;

/// <summary>Rights as letters (RFC 4314 §2.1, §2.1.1).</summary>
public static class RightsText
{
    /// <summary>In the order of their bits.</summary>
    const string Letters = "lrswipkxtea";

    const MailboxRights OldCreate = MailboxRights.Create | MailboxRights.Delete;
    const MailboxRights OldDelete = MailboxRights.Expunge | MailboxRights.Remove;

    /// <returns>Null where a letter is none of a right: it must not be passed over (RFC 4314 §3.1).</returns>
    public static MailboxRights? Parse(ReadOnlySpan<char> text)
    {
        var rights = MailboxRights.None;
        foreach (var letter in text)
        {
            var at = Letters.IndexOf(letter, StringComparison.Ordinal);
            if (at >= 0)
                rights |= (MailboxRights)(1 << at);
            else if (letter == 'c')
                rights |= OldCreate;
            else if (letter == 'd')
                rights |= OldDelete;
            else
                return null;
        }
        return rights;
    }

    /// <summary>The letters: read again they are the same rights.</summary>
    public static string ToLetters(this MailboxRights rights)
    {
        var text = new StringBuilder(Letters.Length);
        for (var bit = 0; bit < Letters.Length; bit++)
        {
            if (((int)rights >> bit & 1) != 0)
                text.Append(Letters[bit]);
        }
        return text.ToString();
    }

    /// <summary>
    /// The letters, and <c>c</c> and <c>d</c> for clients of RFC 2086 where there is one of the rights that they stand for;
    /// read again they may be more.
    /// </summary>
    public static string ToImap(this MailboxRights rights) =>
        rights.ToLetters() + ((rights & OldCreate) != 0 ? "c" : "") + ((rights & OldDelete) != 0 ? "d" : "");
}
