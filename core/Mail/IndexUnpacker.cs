using Cloud.Mail.Headers;

namespace Cloud.Mail;

/// <summary>Reads the packed form of an index; <see cref="IndexPacker"/> mirrors it line by line.</summary>
static class IndexUnpacker
{
    const PartFields Known =
        PartFields.Parameters
        | PartFields.Names
        | PartFields.Rare
        | PartFields.Disposition
        | PartFields.Parts
        | PartFields.Message
        | PartFields.Decoded;

    const IndexFlags KnownFlags =
        IndexFlags.Truncated
        | IndexFlags.Attachment
        | IndexFlags.SubjectCut
        | IndexFlags.ReplyOrForward
        | IndexFlags.UsualDate
        | IndexFlags.PaddedDay;

    const byte FirstVersion = 1;

    /// <summary>From here on a bit says whether there are attachments; base subject and date are kept.</summary>
    const byte WithFlags = 3;

    /// <exception cref="InvalidDataException">Damaged, or of a later version.</exception>
    public static MessageIndex Unpack(ReadOnlySpan<byte> packed, int fieldsInFront)
    {
        // One copy, which all texts of the index share.
        var reader = new PackReader(packed.ToArray());
        var version = reader.Octet();
        if (version is < FirstVersion or > IndexPacker.Version)
            throw new InvalidDataException("A packed message index of another version");
        var flags = (IndexFlags)reader.Octet();
        if ((flags & ~(version < WithFlags ? IndexFlags.Truncated : KnownFlags)) != 0)
            throw PackReader.Damaged();

        var size = Sum(fieldsInFront, reader.Number());
        var cut = ReadCut(ref reader, flags);
        var sent = ReadSent(ref reader, flags);
        var date = sent is { } usual
            ? UsualDate.Text(usual, isPadded: (flags & IndexFlags.PaddedDay) != 0)
            : reader.Text();
        var envelope = ReadBelowDate(ref reader, date);
        var references = ReadTexts(ref reader);
        var parts = 0;
        var body = ReadPart(ref reader, fieldsInFront, 0, ref parts);
        body.HeaderStart = 0;
        var hasPreview = version > FirstVersion;
        var preview = hasPreview ? reader.Text() : default;
        var listId = hasPreview ? reader.Text() : default;
        var autoSubmitted = hasPreview ? reader.Text() : default;
        if (!reader.AtEnd || body.BodyEnd > size)
            throw PackReader.Damaged();
        return new MessageIndex
        {
            Envelope = envelope,
            Body = body,
            Size = size,
            References = references,
            Preview = preview,
            ListId = listId,
            AutoSubmitted = autoSubmitted,
            Truncated = (flags & IndexFlags.Truncated) != 0,
            HasAttachment = version < WithFlags ? Attachments.AnyIn(body) : (flags & IndexFlags.Attachment) != 0,
            SubjectCut = version < WithFlags ? null : cut,
            SentDate = sent,
        };
    }

    static SubjectCut ReadCut(ref PackReader reader, IndexFlags flags)
    {
        var isReply = (flags & IndexFlags.ReplyOrForward) != 0;
        return (flags & IndexFlags.SubjectCut) == 0
            ? new SubjectCut(0, 0, isReply)
            : new SubjectCut(reader.Length(), reader.Length(), isReply);
    }

    static DateTimeOffset? ReadSent(ref PackReader reader, IndexFlags flags)
    {
        if ((flags & IndexFlags.UsualDate) == 0)
            return null;
        var seconds = reader.Number();
        return UsualDate.Of(seconds, reader.Difference()) ?? throw PackReader.Damaged();
    }

    static Envelope ReadEnvelope(ref PackReader reader)
    {
        var date = reader.Text();
        return ReadBelowDate(ref reader, date);
    }

    static Envelope ReadBelowDate(ref PackReader reader, Octets date)
    {
        var subject = reader.Text();
        var from = ReadAddresses(ref reader);
        var sender = ReadAddresses(ref reader);
        var replyTo = ReadAddresses(ref reader);
        var to = ReadAddresses(ref reader);
        var cc = ReadAddresses(ref reader);
        var bcc = ReadAddresses(ref reader);
        return new Envelope(date, subject, from, sender, replyTo, to, cc, bcc, reader.Text(), reader.Text());
    }

    static Address[] ReadAddresses(ref PackReader reader)
    {
        var count = reader.Count();
        if (count == 0)
            return [];
        var addresses = new Address[count];
        for (var i = 0; i < count; i++)
        {
            var name = reader.Text();
            var mailbox = reader.Text();
            var host = reader.Text();
            addresses[i] = new Address(name, reader.Text(), mailbox, host);
        }

        return addresses;
    }

    static BodyPart ReadPart(ref PackReader reader, long from, int depth, ref int parts)
    {
        if (depth >= MessageScanner.MaxDepth || ++parts > MessageScanner.MaxParts)
            throw PackReader.Damaged();

        var has = (PartFields)reader.Octet();
        if ((has & ~Known) != 0)
            throw PackReader.Damaged();
        var headerStart = Sum(from, reader.Number());
        var bodyStart = Sum(headerStart, reader.Number());
        var bodyLength = reader.Number();
        Sum(bodyStart, bodyLength);
        var part = new BodyPart
        {
            HeaderStart = headerStart,
            BodyStart = bodyStart,
            BodyLength = bodyLength,
            Lines = reader.Number(),
            Decoded = (has & PartFields.Decoded) != 0 ? reader.Number() : null,
            Type = reader.Text(),
            Subtype = reader.Text(),
            Encoding = reader.Text(),
            Parameters = (has & PartFields.Parameters) != 0 ? ReadParameters(ref reader) : [],
            Id = (has & PartFields.Names) != 0 ? reader.Text() : default,
            Description = (has & PartFields.Names) != 0 ? reader.Text() : default,
            Md5 = (has & PartFields.Rare) != 0 ? reader.Text() : default,
            Location = (has & PartFields.Rare) != 0 ? reader.Text() : default,
            Languages = (has & PartFields.Rare) != 0 ? ReadTexts(ref reader) : [],
            Disposition =
                (has & PartFields.Disposition) != 0 ? new Disposition(reader.Text(), ReadParameters(ref reader)) : null,
        };
        if ((has & PartFields.Parts) != 0)
            part.Parts = ReadParts(ref reader, part, depth, ref parts);
        if ((has & PartFields.Message) != 0)
        {
            var envelope = ReadEnvelope(ref reader);
            part.Message = new NestedMessage(envelope, ReadInside(ref reader, part, part.BodyStart, depth, ref parts));
        }

        return part;
    }

    /// <summary>Parts follow one another: a damaged index never shows the octets of one as another's.</summary>
    static BodyPart[] ReadParts(ref PackReader reader, BodyPart parent, int depth, ref int parts)
    {
        var children = new BodyPart[reader.Count()];
        var start = parent.BodyStart;
        for (var i = 0; i < children.Length; i++)
        {
            children[i] = ReadInside(ref reader, parent, start, depth, ref parts);
            start = children[i].BodyEnd;
        }

        return children;
    }

    /// <param name="start">Where the part before it ends.</param>
    static BodyPart ReadInside(ref PackReader reader, BodyPart parent, long start, int depth, ref int parts)
    {
        var part = ReadPart(ref reader, parent.HeaderStart, depth + 1, ref parts);
        return part.HeaderStart >= start && part.BodyEnd <= parent.BodyEnd ? part : throw PackReader.Damaged();
    }

    static Parameter[] ReadParameters(ref PackReader reader)
    {
        var parameters = new Parameter[reader.Count()];
        for (var i = 0; i < parameters.Length; i++)
            parameters[i] = new Parameter(reader.Text(), reader.Text());
        return parameters;
    }

    static Octets[] ReadTexts(ref PackReader reader)
    {
        var count = reader.Count();
        if (count == 0)
            return [];
        var texts = new Octets[count];
        for (var i = 0; i < count; i++)
            texts[i] = reader.Text();
        return texts;
    }

    static long Sum(long left, long right) => left <= long.MaxValue - right ? left + right : throw PackReader.Damaged();
}
