using System.Text;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;

namespace Cloud.Listener.Imap.Wire;

/// <summary>Flags as a command names them.</summary>
readonly record struct FlagList(MessageFlags Flags, IReadOnlyList<string> Keywords)
{
    public static readonly FlagList None = new(MessageFlags.None, []);
}

/// <summary>flag, flag-list (RFC 9051 §9).</summary>
static class FlagGrammar
{
    /// <summary>flag-list: in parentheses, possibly empty.</summary>
    public static FlagList ExpectFlagList(this ref ImapReader reader)
    {
        reader.ExpectChar('(');
        if (reader.Char(')'))
            return FlagList.None;
        var flags = reader.ExpectFlags();
        reader.ExpectChar(')');
        return flags;
    }

    /// <summary>One flag or more, a space between.</summary>
    public static FlagList ExpectFlags(this ref ImapReader reader)
    {
        var flags = MessageFlags.None;
        var keywords = new List<string>();
        var count = 0;
        do
        {
            if (++count > ImapLimits.Flags)
                throw new SyntaxException($"At most {ImapLimits.Flags} flags");
            if (reader.Char('\\'))
                flags |= SystemFlag(reader.ExpectAtom("a flag"));
            else
                keywords.Add(reader.ExpectKeyword());
        } while (reader.SP());
        return new FlagList(flags, keywords);
    }

    /// <summary>flag-keyword.</summary>
    public static string ExpectKeyword(this ref ImapReader reader)
    {
        var keyword = reader.ExpectAtom("a keyword");
        return keyword.Length <= MailboxLimits.KeywordBytes
            ? Encoding.ASCII.GetString(keyword)
            : throw new SyntaxException($"A keyword has at most {MailboxLimits.KeywordBytes} octets");
    }

    static MessageFlags SystemFlag(ReadOnlySpan<byte> name)
    {
        if (Ascii.EqualsIgnoreCase(name, "Seen"u8))
            return MessageFlags.Seen;
        if (Ascii.EqualsIgnoreCase(name, "Answered"u8))
            return MessageFlags.Answered;
        if (Ascii.EqualsIgnoreCase(name, "Flagged"u8))
            return MessageFlags.Flagged;
        if (Ascii.EqualsIgnoreCase(name, "Deleted"u8))
            return MessageFlags.Deleted;
        if (Ascii.EqualsIgnoreCase(name, "Draft"u8))
            return MessageFlags.Draft;
        throw new SyntaxException($"\\{Encoding.ASCII.GetString(name)} is not a flag that can be set");
    }
}
