using Cloud.Mail.Headers;

namespace Cloud.Mail;

/// <summary>Writes the packed form of an index; <see cref="IndexUnpacker"/> mirrors it line by line.</summary>
static class IndexPacker
{
    /// <summary>1 had no preview, list, Auto-Submitted or decoded lengths, 2 nothing of attachments and base subject, and
    /// the date as text alone. Rows of them are still read.</summary>
    public const byte Version = 3;

    /// <summary>Octets of the largest packed form: it has to fit beside other columns in a row of 1 MiB.</summary>
    public const int MaxPacked = 512 * 1024;

    public static byte[] Pack(MessageIndex index)
    {
        var packed = Pack(index, index.Envelope, index.Body, index.Truncated);
        if (packed.Length > MaxPacked)
            packed = Pack(index, WithoutAddresses(index.Envelope), index.Body, truncated: true);
        if (packed.Length > MaxPacked)
        {
            var leaf = index.Body with { Parts = [], Message = null };
            packed = Pack(index, WithoutAddresses(index.Envelope), leaf, truncated: true);
        }

        return packed;
    }

    static Envelope WithoutAddresses(Envelope envelope) =>
        envelope with
        {
            From = [],
            Sender = [],
            ReplyTo = [],
            To = [],
            Cc = [],
            Bcc = [],
        };

    static byte[] Pack(MessageIndex index, Envelope envelope, BodyPart body, bool truncated)
    {
        using var writer = new PackWriter();
        var isPadded = false;
        var sent = index.SentDate is { } date && UsualDate.Is(date, envelope.Date, out isPadded) ? date : default;
        var cut = index.SubjectCut ?? BaseSubject.Find(index.Subject);
        var flags = IndexFlags.None;
        if (truncated)
            flags |= IndexFlags.Truncated;
        if (index.HasAttachment)
            flags |= IndexFlags.Attachment;
        if (cut.Before + cut.After > 0)
            flags |= IndexFlags.SubjectCut;
        if (cut.IsReplyOrForward)
            flags |= IndexFlags.ReplyOrForward;
        if (sent != default)
            flags |= isPadded ? IndexFlags.UsualDate | IndexFlags.PaddedDay : IndexFlags.UsualDate;

        writer.Octet(Version);
        writer.Octet((byte)flags);
        writer.Number(index.Size);
        if (cut.Before + cut.After > 0)
        {
            writer.Number(cut.Before);
            writer.Number(cut.After);
        }

        if (sent != default)
        {
            writer.Number(sent.ToUnixTimeSeconds());
            writer.Number(PackWriter.ZigZag((int)sent.Offset.TotalMinutes));
        }
        else
            writer.Text(envelope.Date);
        WriteBelowDate(writer, envelope);
        writer.Number(index.References.Count);
        for (var i = 0; i < index.References.Count; i++)
            writer.Text(index.References[i]);
        Write(writer, body, 0);
        writer.Text(index.Preview);
        writer.Text(index.ListId);
        writer.Text(index.AutoSubmitted);
        return writer.ToArray();
    }

    static void Write(PackWriter writer, Envelope envelope)
    {
        writer.Text(envelope.Date);
        WriteBelowDate(writer, envelope);
    }

    static void WriteBelowDate(PackWriter writer, Envelope envelope)
    {
        writer.Text(envelope.Subject);
        Write(writer, envelope.From);
        Write(writer, envelope.Sender);
        Write(writer, envelope.ReplyTo);
        Write(writer, envelope.To);
        Write(writer, envelope.Cc);
        Write(writer, envelope.Bcc);
        writer.Text(envelope.InReplyTo);
        writer.Text(envelope.MessageId);
    }

    static void Write(PackWriter writer, IReadOnlyList<Address> addresses)
    {
        writer.Number(addresses.Count);
        for (var i = 0; i < addresses.Count; i++)
        {
            var address = addresses[i];
            writer.Text(address.Name);
            writer.Text(address.Mailbox);
            writer.Text(address.Host);
            writer.Text(address.Adl);
        }
    }

    /// <param name="from">The offset that the part's header is counted from: it never starts earlier.</param>
    static void Write(PackWriter writer, BodyPart part, long from)
    {
        var has = PartFields.None;
        if (part.Parameters.Count > 0)
            has |= PartFields.Parameters;
        if (!part.Id.IsNil || !part.Description.IsNil)
            has |= PartFields.Names;
        if (!part.Md5.IsNil || !part.Location.IsNil || part.Languages.Count > 0)
            has |= PartFields.Rare;
        if (part.Disposition is not null)
            has |= PartFields.Disposition;
        if (part.Parts.Count > 0)
            has |= PartFields.Parts;
        if (part.Message is not null)
            has |= PartFields.Message;
        if (part.Decoded is not null)
            has |= PartFields.Decoded;

        writer.Octet((byte)has);
        writer.Number(part.HeaderStart - from);
        writer.Number(part.HeaderLength);
        writer.Number(part.BodyLength);
        writer.Number(part.Lines);
        if (part.Decoded is { } decoded)
            writer.Number(decoded);
        writer.Text(part.Type);
        writer.Text(part.Subtype);
        writer.Text(part.Encoding);
        if ((has & PartFields.Parameters) != 0)
            Write(writer, part.Parameters);
        if ((has & PartFields.Names) != 0)
        {
            writer.Text(part.Id);
            writer.Text(part.Description);
        }

        if ((has & PartFields.Rare) != 0)
            WriteRare(writer, part);
        if (part.Disposition is { } disposition)
        {
            writer.Text(disposition.Type);
            Write(writer, disposition.Parameters);
        }

        if ((has & PartFields.Parts) != 0)
            writer.Number(part.Parts.Count);
        for (var i = 0; i < part.Parts.Count; i++)
            Write(writer, part.Parts[i], part.HeaderStart);
        if (part.Message is not { } message)
            return;

        Write(writer, message.Envelope);
        Write(writer, message.Body, part.HeaderStart);
    }

    static void WriteRare(PackWriter writer, BodyPart part)
    {
        writer.Text(part.Md5);
        writer.Text(part.Location);
        writer.Number(part.Languages.Count);
        for (var i = 0; i < part.Languages.Count; i++)
            writer.Text(part.Languages[i]);
    }

    static void Write(PackWriter writer, IReadOnlyList<Parameter> parameters)
    {
        writer.Number(parameters.Count);
        for (var i = 0; i < parameters.Count; i++)
        {
            writer.Text(parameters[i].Name);
            writer.Text(parameters[i].Value);
        }
    }
}

/// <summary>Which optional fields of a part follow.</summary>
[Flags]
enum PartFields : byte
{
    None = 0,
    Parameters = 1,
    Names = 2,
    Rare = 4,
    Disposition = 8,
    Parts = 16,
    Message = 32,
    Decoded = 64,
}

/// <summary>What is told of a message in a bit, and which optional numbers follow.</summary>
[Flags]
enum IndexFlags : byte
{
    None = 0,
    Truncated = 1,
    Attachment = 2,
    SubjectCut = 4,
    ReplyOrForward = 8,

    /// <summary>The date is kept as seconds since 1970 and minutes of its zone: <see cref="Mail.UsualDate"/>.</summary>
    UsualDate = 16,
    PaddedDay = 32,
}
