using Cloud.Listener.Imap.Wire;
using Cloud.Store.Overviews;

namespace Cloud.Listener.Imap.Fetch;

/// <summary>ENVELOPE (RFC 9051 §7.5.2) from an overview in seven bits: octets are copied, nothing is unpacked.</summary>
static class OverviewWriter
{
    public static void Envelope(this ImapWriter writer, in Overview overview)
    {
        var fields = overview.InOrder; // which is ENVELOPE's
        writer.Put("("u8);
        writer.NString(fields.Next());
        writer.Put(" "u8);
        writer.NString(fields.Next());
        var from = fields.Next();
        writer.Addresses(from);
        writer.Addresses(OrElse(fields.Next(), from)); // Sender
        writer.Addresses(OrElse(fields.Next(), from)); // Reply-To
        writer.Addresses(fields.Next());
        writer.Addresses(fields.Next());
        writer.Addresses(fields.Next());
        writer.Put(" "u8);
        writer.NString(fields.Next());
        writer.Put(" "u8);
        writer.NString(fields.Next());
        writer.Put(")"u8);
    }

    /// <summary>A missing Sender or Reply-To is the same as From.</summary>
    static OverviewText OrElse(OverviewText list, OverviewText from) => list.Span.IsEmpty ? from : list;

    static void Addresses(this ImapWriter writer, OverviewText list)
    {
        if (list.Span.IsEmpty)
        {
            writer.Put(" NIL"u8);
            return;
        }
        writer.Put(" ("u8);
        foreach (var address in new OverviewAddresses(list.Span))
        {
            writer.Put("("u8);
            writer.NString(address.Name);
            writer.Put(" "u8);
            writer.NString(address.Adl);
            writer.Put(" "u8);
            writer.NString(address.Mailbox);
            writer.Put(" "u8);
            writer.NString(address.Host);
            writer.Put(")"u8);
        }
        writer.Put(")"u8);
    }

    static void NString(this ImapWriter writer, OverviewText value)
    {
        if (value.IsNil)
            writer.Put("NIL"u8);
        else
            writer.String(value.Span);
    }
}
