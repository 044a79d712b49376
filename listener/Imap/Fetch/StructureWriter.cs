using System.Text;
using System.Text.Unicode;
using Cloud.Listener.Imap.Wire;
using Cloud.Mail;
using Cloud.Mail.Headers;

namespace Cloud.Listener.Imap.Fetch;

/// <summary>ENVELOPE, BODY and BODYSTRUCTURE (RFC 9051 §7.5.2).</summary>
static class StructureWriter
{
    public static void Envelope(this ImapWriter writer, Envelope envelope)
    {
        writer.Put("("u8);
        writer.NString(envelope.Date);
        writer.Put(" "u8);
        writer.Words(envelope.Subject);
        foreach (
            var list in (ReadOnlySpan<IReadOnlyList<Address>>)
                [envelope.From, envelope.SenderOrFrom, envelope.ReplyToOrFrom, envelope.To, envelope.Cc, envelope.Bcc]
        )
        {
            writer.Put(" "u8);
            writer.Addresses(list);
        }
        writer.Put(" "u8);
        writer.NString(envelope.InReplyTo);
        writer.Put(" "u8);
        writer.NString(envelope.MessageId);
        writer.Put(")"u8);
    }

    /// <param name="extended">BODYSTRUCTURE; BODY leaves the extension data out.</param>
    public static void Structure(this ImapWriter writer, BodyPart part, bool extended)
    {
        writer.Put("("u8);
        if (part.IsMultipart)
            writer.Multipart(part, extended);
        else
            writer.SinglePart(part, extended);
        writer.Put(")"u8);
    }

    static void Multipart(this ImapWriter writer, BodyPart part, bool extended)
    {
        foreach (var child in part.Parts)
            writer.Structure(child, extended);
        if (part.Parts.Count == 0)
            writer.Structure(part.AsText(), extended); // body-type-mpart = 1*body
        writer.Put(" "u8);
        writer.String(part.Subtype.Span);
        if (!extended)
            return;
        writer.Put(" "u8);
        writer.Parameters(part.Parameters);
        writer.Extension(part);
    }

    static void SinglePart(this ImapWriter writer, BodyPart part, bool extended)
    {
        writer.String(part.Type.Span);
        writer.Put(" "u8);
        writer.String(part.Subtype.Span);
        writer.Put(" "u8);
        if (part.IsText && part.Parameter("charset"u8).IsNil && part.Parameter("charset*"u8).IsNil)
            writer.Parameters([.. part.Parameters, UsAscii]); // RFC 2046 §4.1.2
        else
            writer.Parameters(part.Parameters);
        writer.Put(" "u8);
        writer.NString(part.Id);
        writer.Put(" "u8);
        writer.Words(part.Description);
        writer.Put(" "u8);
        writer.String(part.Encoding.IsNilOrEmpty ? "7bit"u8 : part.Encoding.Span);
        writer.Put(" "u8);
        writer.Put((ulong)part.BodyLength);
        if (part.IsMessage)
        {
            writer.Put(" "u8);
            writer.Envelope(part.Message?.Envelope ?? Mail.Envelope.Empty);
            writer.Put(" "u8);
            if (part.Message is { } message)
                writer.Structure(message.Body, extended);
            else
                writer.Put(EmptyText);
        }
        if (part.IsMessage || part.IsText)
        {
            writer.Put(" "u8);
            writer.Put((ulong)part.Lines);
        }
        if (!extended)
            return;
        writer.Put(" "u8);
        writer.NString(part.Md5);
        writer.Extension(part);
    }

    static readonly Parameter UsAscii = new(Octets.From("charset"), Octets.From("us-ascii"));

    /// <summary>A text part of nothing, where the grammar wants one and the message has none.</summary>
    static ReadOnlySpan<byte> EmptyText => "(\"text\" \"plain\" (\"charset\" \"us-ascii\") NIL NIL \"7bit\" 0 0)"u8;

    /// <summary>Disposition, language, location: the end of both kinds of extension data.</summary>
    static void Extension(this ImapWriter writer, BodyPart part)
    {
        if (part.Disposition is { } disposition)
        {
            writer.Put(" ("u8);
            writer.String(disposition.Type.Span);
            writer.Put(" "u8);
            writer.Parameters(disposition.Parameters);
            writer.Put(") "u8);
        }
        else
        {
            writer.Put(" NIL "u8);
        }

        if (part.Languages.Count == 0)
            writer.Put("NIL"u8);
        else if (part.Languages.Count == 1)
            writer.String(part.Languages[0].Span);
        else
            writer.List(part.Languages);
        writer.Put(" "u8);
        writer.NString(part.Location);
    }

    static void List(this ImapWriter writer, IReadOnlyList<Octets> values)
    {
        for (var i = 0; i < values.Count; i++)
        {
            writer.Put(i == 0 ? "("u8 : " "u8);
            writer.String(values[i].Span);
        }
        writer.Put(")"u8);
    }

    static void Parameters(this ImapWriter writer, IReadOnlyList<Parameter> parameters)
    {
        if (parameters.Count == 0)
        {
            writer.Put("NIL"u8);
            return;
        }
        for (var i = 0; i < parameters.Count; i++)
        {
            writer.Put(i == 0 ? "("u8 : " "u8);
            writer.String(parameters[i].Name.Span);
            writer.Put(" "u8);
            writer.String(ExtendedValue.InUtf8(parameters[i]).Span);
        }
        writer.Put(")"u8);
    }

    static void Addresses(this ImapWriter writer, IReadOnlyList<Address> addresses)
    {
        if (addresses.Count == 0)
        {
            writer.Put("NIL"u8);
            return;
        }
        writer.Put("("u8);
        foreach (var address in addresses)
        {
            writer.Put("("u8);
            writer.Words(address.Name);
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

    /// <summary>
    /// Text of a header. In UTF-8 only for who has said that he takes it: the others know it as encoded words (RFC 6855
    /// §8). Addresses stay as they are, for in ASCII they would be others.
    /// </summary>
    static void Words(this ImapWriter writer, Octets value)
    {
        if (writer.Utf8 || value.IsNil || Ascii.IsValid(value.Span) || !Utf8.IsValid(value.Span))
            writer.NString(value);
        else
            writer.String(Encoding.ASCII.GetBytes(EncodedWordEncoder.Encode(Encoding.UTF8.GetString(value.Span))));
    }

    static void NString(this ImapWriter writer, Octets value)
    {
        if (value.IsNil)
            writer.Put("NIL"u8);
        else
            writer.String(value.Span);
    }
}
