using System.Text;
using Cloud.Store.Mailboxes;

namespace Cloud.Listener.Imap.Wire;

/// <summary>METADATA responses (RFC 5464 §4.4).</summary>
static class MetadataText
{
    /// <param name="mailbox">Empty for the server.</param>
    public static void Metadata(this ImapWriter writer, string mailbox, IReadOnlyList<MetadataEntry> entries)
    {
        if (entries.Count == 0)
            return;
        writer.Begin(mailbox);
        for (var i = 0; i < entries.Count; i++)
        {
            writer.Put(i == 0 ? " ("u8 : " "u8);
            writer.Entry(entries[i].Name);
            writer.Put(" "u8);
            writer.Value(entries[i].Value);
        }
        writer.Put(")\r\n"u8);
    }

    /// <summary>Names of entries that have changed.</summary>
    public static void MetadataChanged(this ImapWriter writer, string mailbox, IReadOnlyList<MetadataEntry> entries)
    {
        if (entries.Count == 0)
            return;
        writer.Begin(mailbox);
        foreach (var entry in entries)
        {
            writer.Put(" "u8);
            writer.Entry(entry.Name);
        }
        writer.Crlf();
    }

    static void Begin(this ImapWriter writer, string mailbox)
    {
        writer.Put("* METADATA "u8);
        if (mailbox.Length == 0)
            writer.Put("\"\""u8);
        else
            writer.Mailbox(mailbox);
    }

    static void Entry(this ImapWriter writer, string name)
    {
        var octets = Encoding.ASCII.GetBytes(name);
        var reader = new ImapReader(octets);
        if (reader.Atom(out _) && reader.AtEnd)
            writer.Put(octets);
        else
            writer.String(octets);
    }

    static void Value(this ImapWriter writer, ReadOnlyMemory<byte>? value)
    {
        if (value is not { } octets)
        {
            writer.Put("NIL"u8);
            return;
        }
        if (octets.Span.Contains((byte)0))
            writer.Put("~"u8); // literal8: RFC 3516 §4.4
        writer.String(octets.Span);
    }
}
