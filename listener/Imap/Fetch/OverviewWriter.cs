using Cloud.Listener.Imap.Wire;
using Cloud.Store.Overviews;

namespace Cloud.Listener.Imap.Fetch;

/// <summary>ENVELOPE (RFC 9051 §7.5.2) from an overview in seven bits: octets are copied, nothing is unpacked.</summary>
static class OverviewWriter
{
    static readonly OverviewField[] Lists =
    [
        OverviewField.From,
        OverviewField.Sender,
        OverviewField.ReplyTo,
        OverviewField.To,
        OverviewField.Cc,
        OverviewField.Bcc,
    ];

    public static void Envelope(this ImapWriter writer, in Overview overview)
    {
        writer.Put("("u8);
        writer.NString(overview[OverviewField.Date]);
        writer.Put(" "u8);
        writer.NString(overview[OverviewField.Subject]);
        foreach (var field in Lists)
        {
            writer.Put(" "u8);
            writer.Addresses(overview, field);
        }
        writer.Put(" "u8);
        writer.NString(overview[OverviewField.InReplyTo]);
        writer.Put(" "u8);
        writer.NString(overview[OverviewField.MessageId]);
        writer.Put(")"u8);
    }

    static void Addresses(this ImapWriter writer, in Overview overview, OverviewField field)
    {
        var addresses = overview.Addresses(field);
        // A missing Sender or Reply-To is the same as From.
        if (addresses.IsEmpty && field is (OverviewField.Sender or OverviewField.ReplyTo))
            addresses = overview.Addresses(OverviewField.From);
        if (addresses.IsEmpty)
        {
            writer.Put("NIL"u8);
            return;
        }
        writer.Put("("u8);
        foreach (var address in addresses)
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
