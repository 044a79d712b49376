using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Cloud.Listener.Imap.Fetch;
using Cloud.Listener.Imap.Wire;

namespace Cloud.Listener.Imap.Appending;

/// <summary>A URL relative to the user's own mail that names a message or a part of it (RFC 5092 §6, RFC 4469 §3).</summary>
/// <param name="Mailbox">As the store keeps it; null for the selected one.</param>
/// <param name="UidValidity">Null where the client does not say.</param>
sealed record MessageUrl(string? Mailbox, uint? UidValidity, uint Uid, BodySection Section)
{
    const StringComparison AnyCase = StringComparison.OrdinalIgnoreCase;

    /// <summary><c>["/" mailbox [";UIDVALIDITY=" n] "/"] ";UID=" n ["/;SECTION=" section] ["/;PARTIAL=" range]</c>.</summary>
    /// <returns>Null for what is no such URL.</returns>
    public static MessageUrl? Parse(string url)
    {
        if (!Ascii.IsValid(url))
            return null;
        var (at, mailbox, validity) = (0, (string?)null, (uint?)null);
        if (url.StartsWith('/'))
        {
            at = url.IndexOf("/;UID=", AnyCase) + 1;
            if (at < 2 || !TryMailbox(url[1..(at - 1)], out mailbox, out validity))
                return null;
        }
        var words = url[at..].Split("/;");
        if (!TryValue(words[0], ";UID=", out var number) || !TryNumber(number, out var uid) || uid == 0)
            return null;
        return TrySection(words.AsSpan(1), out var section) ? new(mailbox, validity, uid, section) : null;
    }

    static bool TryMailbox(string text, out string? mailbox, out uint? validity)
    {
        (mailbox, validity) = (null, null);
        var end = text.LastIndexOf(";UIDVALIDITY=", AnyCase);
        if (end >= 0)
        {
            if (!TryNumber(text[(end + ";UIDVALIDITY=".Length)..], out var number))
                return false;
            validity = number;
            text = text[..end];
        }
        if (Decoded(text) is not { Length: > 0 } name)
            return false;
        try
        {
            mailbox = MailboxName.Of(name).Canonical;
            return true;
        }
        catch (SyntaxException)
        {
            return false;
        }
    }

    /// <summary>A section and a range are those that FETCH knows, so its grammar reads them.</summary>
    static bool TrySection(ReadOnlySpan<string> words, out BodySection section)
    {
        section = BodySection.Of("", SectionText.All, peek: true);
        var (text, partial) = ("", "");
        if (!words.IsEmpty && TryValue(words[0], "SECTION=", out var named))
        {
            if (Decoded(named) is not { Length: > 0 } decoded)
                return false;
            text = decoded;
            words = words[1..];
        }
        if (!words.IsEmpty && TryValue(words[0], "PARTIAL=", out var range))
        {
            partial = range.Contains('.') ? $"<{range}>" : $"<{range}.{long.MaxValue}>";
            words = words[1..];
        }
        if (!words.IsEmpty)
            return false;
        try
        {
            var reader = new ImapReader(Encoding.UTF8.GetBytes($"[{text}]{partial}"));
            section = BodySection.Parse(ref reader, peek: true);
            return reader.AtEnd;
        }
        catch (SyntaxException)
        {
            return false;
        }
    }

    static bool TryValue(string word, string name, out string value)
    {
        var found = word.StartsWith(name, AnyCase);
        value = found ? word[name.Length..] : "";
        return found;
    }

    static bool TryNumber(string text, out uint number) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    /// <summary>Octets behind percent signs put in; null where they are not UTF-8.</summary>
    static string? Decoded(string text)
    {
        var octets = new List<byte>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '%')
                octets.Add((byte)text[i]);
            else if (
                i + 2 < text.Length
                && byte.TryParse(text.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, null, out var octet)
            )
            {
                octets.Add(octet);
                i += 2;
            }
            else
                return null;
        }
        byte[] all = [.. octets];
        return Utf8.IsValid(all) ? Encoding.UTF8.GetString(all) : null;
    }
}
