using System.Text;
using Cloud.Mail;
using Cloud.Mail.Headers;
using Cloud.Store.Messages;
using PackReader = Cloud.Store.Packing.PackReader;
using PackWriter = Cloud.Store.Packing.PackWriter;

namespace Cloud.Store.Overviews;

/// <summary>Puts overviews together to a page, by rising UID.</summary>
/// <param name="whole">Long headers too, as far as their index has them: not to be stored.</param>
sealed class OverviewPacker(bool whole = false)
{
    /// <summary>Octets of one message's fields that are kept: 256 of them fit into a row of 1 MiB.</summary>
    const int MaxFields = 3 * 1024;

    readonly PackWriter writer = OverviewPage.Begin();
    uint last;

    public void Add(in MessageEntry entry, Email email) => Add(entry.Uid, email.Id, email.UnpackIndex());

    public void Add(uint uid, EmailId email, MessageIndex index)
    {
        writer.Varint(uid - last);
        last = uid;
        writer.Fixed64(email.Value);
        var fields = index.Truncated && !whole ? [] : Fields(index);
        var isKept = fields.Length > 0 && (whole || fields.Length <= MaxFields);
        var cut = index.SubjectCut ?? BaseSubject.Find(index.Subject);
        var hasCut = isKept && cut.Before + cut.After > 0;
        var sent = index.SentDate;

        var flags = isKept ? OverviewFlags.None : OverviewFlags.Left;
        if (isKept && Ascii.IsValid(fields.AsSpan()))
            flags |= OverviewFlags.Ascii;
        if (sent is not null)
            flags |= OverviewFlags.Sent;
        if (hasCut)
            flags |= OverviewFlags.Cut;
        if (cut.IsReplyOrForward)
            flags |= OverviewFlags.ReplyOrForward;
        writer.Byte((byte)flags);
        if (sent is { } date)
        {
            writer.Signed(date.ToUnixTimeSeconds());
            writer.Signed((long)date.Offset.TotalMinutes);
        }
        if (hasCut)
        {
            writer.Varint((ulong)cut.Before);
            writer.Varint((ulong)cut.After);
        }
        if (isKept)
            writer.Counted(fields);
    }

    public byte[] ToArray() => writer.ToArray();

    /// <exception cref="Ports.StoreException">No such time.</exception>
    public static DateTimeOffset Time(long seconds, long minutes)
    {
        // A day each way beside the first and the last: the zone moves what is shown of them.
        if (Math.Abs(minutes) > 14 * 60 || seconds is < -62_135_510_400 or > 253_402_214_400)
            throw PackReader.Damaged();
        return DateTimeOffset.FromUnixTimeSeconds(seconds).ToOffset(TimeSpan.FromMinutes(minutes));
    }

    static byte[] Fields(MessageIndex index)
    {
        var (fields, envelope) = (new PackWriter(1024), index.Envelope);
        Text(fields, envelope.Date);
        Text(fields, envelope.Subject);
        foreach (
            var list in (ReadOnlySpan<IReadOnlyList<Address>>)
                [envelope.From, envelope.Sender, envelope.ReplyTo, envelope.To, envelope.Cc, envelope.Bcc]
        )
            List(fields, list, Address);
        Text(fields, envelope.InReplyTo);
        Text(fields, envelope.MessageId);
        List(fields, index.References, Text);
        return fields.ToArray();
    }

    static void Address(PackWriter writer, Address address)
    {
        Text(writer, address.Name);
        Text(writer, address.Adl);
        Text(writer, address.Mailbox);
        Text(writer, address.Host);
    }

    static void List<T>(PackWriter fields, IReadOnlyList<T> values, Action<PackWriter, T> write)
    {
        var list = new PackWriter(values.Count == 0 ? 0 : 128);
        foreach (var value in values)
            write(list, value);
        Text(fields, list.ToArray(), isNil: values.Count == 0);
    }

    static void Text(PackWriter writer, Octets text) => Text(writer, text.Span, text.IsNil);

    static void Text(PackWriter writer, ReadOnlySpan<byte> text, bool isNil)
    {
        writer.Varint(isNil ? 0 : (ulong)text.Length + 1);
        writer.Bytes(text);
    }
}
