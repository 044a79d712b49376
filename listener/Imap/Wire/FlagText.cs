using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;

namespace Cloud.Listener.Imap.Wire;

/// <summary>Flags as responses show them.</summary>
static class FlagText
{
    static readonly byte[][] Names = [.. Enumerable.Range(0, 64).Select(bits => Join(bits))];

    /// <summary><c>(\Seen \Recent $Label1)</c>.</summary>
    public static void Flags(this ImapWriter writer, MessageFlags flags, bool recent, ulong keywords, Mailbox mailbox)
    {
        var names = Names[(int)flags | (recent ? 32 : 0)];
        writer.Put("("u8);
        writer.Put(names);
        var first = names.Length == 0;
        for (var i = 0; i < mailbox.Keywords.Count && keywords >> i != 0; i++)
        {
            if ((keywords >> i & 1) == 0)
                continue;
            if (!first)
                writer.Put(" "u8);
            writer.Put(mailbox.Keywords[i]);
            first = false;
        }
        writer.Put(")"u8);
    }

    /// <summary>What may be in the mailbox and what a client may set (RFC 9051 §7.1, §7.3.5).</summary>
    public static void ApplicableFlags(this ImapWriter writer, Mailbox mailbox, bool readOnly)
    {
        var all =
            MessageFlags.Answered
            | MessageFlags.Flagged
            | MessageFlags.Deleted
            | MessageFlags.Seen
            | MessageFlags.Draft;
        writer.Put("* FLAGS "u8);
        writer.Flags(all, false, ulong.MaxValue, mailbox);
        writer.Crlf();
        writer.Put("* OK [PERMANENTFLAGS ("u8);
        var lasting = readOnly ? MessageFlags.None : mailbox.Rights.ChangeableFlags(); // RFC 4314 §5.1.1
        writer.Put(Names[(int)lasting]);
        if (lasting.HasFlag(FlagRights.Written))
        {
            foreach (var keyword in mailbox.Keywords)
            {
                writer.Put(" "u8);
                writer.Put(keyword);
            }
            if (mailbox.Keywords.Count < MailboxLimits.Keywords)
                writer.Put(" \\*"u8);
        }
        writer.Put(")] "u8);
        writer.Put(lasting == MessageFlags.None ? "Nothing can be changed"u8 : "These last"u8);
        writer.Crlf();
    }

    static byte[] Join(int bits) =>
        System.Text.Encoding.ASCII.GetBytes(
            string.Join(
                ' ',
                new[] { "\\Seen", "\\Answered", "\\Flagged", "\\Deleted", "\\Draft", "\\Recent" }.Where(
                    (_, bit) => (bits >> bit & 1) != 0
                )
            )
        );
}
