using System.Text;
using Cloud.Store;
using Cloud.Store.Messages;
using Cloud.Store.Overviews;
using Cloud.Store.Packing;
using Cloud.Store.Ports;

namespace Cloud.Api.Gateway.Wire;

/// <summary>Long lists as packed numbers, each a count and then its items.</summary>
/// <remarks>
/// An entry takes some 20 octets: numbers that rise, or stay near the entry before, are written as the difference.
/// Counts are not believed: a list grows with the bytes that are there.
/// </remarks>
static class Columns
{
    public static void Write(PackWriter writer, IReadOnlyList<MessageEntry> entries)
    {
        writer.Varint((ulong)entries.Count);
        var last = default(MessageEntry);
        foreach (var entry in entries)
        {
            writer.Varint(entry.Uid - last.Uid);
            writer.Byte((byte)entry.Flags);
            writer.Signed((long)(entry.ModSeq - last.ModSeq));
            writer.Varint(entry.Keywords);
            writer.Fixed64(entry.Email.Value);
            writer.Varint((ulong)entry.Size);
            writer.Signed(entry.Received - last.Received);
            writer.Signed(entry.Saved - entry.Received);
            last = entry;
        }
    }

    public static List<MessageEntry> Entries(ref PackReader reader)
    {
        var entries = new List<MessageEntry>();
        var last = default(MessageEntry);
        for (var count = reader.Varint(); count > 0; count--)
        {
            var uid = Rise(last.Uid, reader.Varint());
            var flags = (MessageFlags)reader.Byte();
            var modSeq = last.ModSeq + (ulong)reader.Signed();
            var keywords = reader.Varint();
            var email = new EmailId(reader.Fixed64());
            var size = Size(reader.Varint());
            var received = last.Received + reader.Signed();
            last = new(uid, flags, modSeq, keywords, email, size, received, received + reader.Signed());
            entries.Add(last);
        }
        return entries;
    }

    public static void Write(PackWriter writer, UidSet uids) => writer.Uids(uids);

    public static UidSet Uids(ref PackReader reader) => reader.Uids();

    public static void Write(PackWriter writer, IReadOnlyList<(uint Source, uint Target)> pairs)
    {
        writer.Varint((ulong)pairs.Count);
        foreach (var (source, target) in pairs)
        {
            writer.Varint(source);
            writer.Varint(target);
        }
    }

    public static List<(uint Source, uint Target)> Pairs(ref PackReader reader)
    {
        var pairs = new List<(uint Source, uint Target)>();
        for (var count = reader.Varint(); count > 0; count--)
            pairs.Add((reader.Varint32(), reader.Varint32()));
        return pairs;
    }

    /// <summary>Numbers in their own order.</summary>
    public static void Write(PackWriter writer, IReadOnlyList<uint> numbers)
    {
        writer.Varint((ulong)numbers.Count);
        foreach (var number in numbers)
            writer.Varint(number);
    }

    public static IReadOnlyList<uint> Numbers(ref PackReader reader)
    {
        var numbers = new List<uint>();
        for (var count = reader.Varint(); count > 0; count--)
            numbers.Add(reader.Varint32());
        return numbers;
    }

    public static void Write(PackWriter writer, IReadOnlyList<OverviewPage> pages)
    {
        writer.Varint((ulong)pages.Count);
        foreach (var page in pages)
            writer.Counted(page.Packed);
    }

    public static IReadOnlyList<OverviewPage> Overviews(ref PackReader reader)
    {
        var pages = new List<OverviewPage>();
        for (var count = reader.Varint(); count > 0; count--)
            pages.Add(new(reader.Counted().ToArray()));
        return pages;
    }

    public static void Write(PackWriter writer, IReadOnlyList<Email> emails)
    {
        writer.Varint((ulong)emails.Count);
        foreach (var email in emails)
            Write(writer, email);
    }

    public static void Write(PackWriter writer, Email email)
    {
        writer.Fixed64(email.Id.Value);
        writer.Fixed64(email.Thread.Value);
        Write(writer, Encoding.UTF8.GetBytes(email.Blob));
        writer.Varint((ulong)email.Size);
        Write(writer, email.Sha256.Span);
        Write(writer, email.Index.Span);
        Write(writer, email.DeliveryFields.Span);
        writer.Varint(email.Transaction.Milliseconds);
        writer.Fixed64(email.Transaction.Random);
    }

    public static List<Email> Emails(ref PackReader reader)
    {
        var emails = new List<Email>();
        for (var count = reader.Varint(); count > 0; count--)
        {
            var id = new EmailId(reader.Fixed64());
            var thread = new ThreadId(reader.Fixed64());
            var blob = Encoding.UTF8.GetString(reader.Bytes(reader.Varint()));
            var size = Size(reader.Varint());
            var hash = reader.Bytes(reader.Varint()).ToArray();
            var index = reader.Bytes(reader.Varint()).ToArray();
            var fields = reader.Bytes(reader.Varint()).ToArray();
            var transaction = new TransactionId(reader.Varint(), reader.Fixed64());
            emails.Add(new(id, thread, blob, size, hash, index, transaction) { DeliveryFields = fields });
        }
        return emails;
    }

    static void Write(PackWriter writer, ReadOnlySpan<byte> bytes)
    {
        writer.Varint((ulong)bytes.Length);
        writer.Bytes(bytes);
    }

    static long Size(ulong octets) =>
        octets <= long.MaxValue ? (long)octets : throw new StoreException("A size is beyond 63 bits");

    static uint Rise(uint last, ulong by) =>
        by <= uint.MaxValue - last ? last + (uint)by : throw new StoreException("A UID is beyond 32 bits");
}
