using System.Buffers.Binary;
using Cloud.Store.Packing;

namespace Cloud.Store.Messages;

/// <summary>Packs a page of entries into one column.</summary>
/// <remarks>
/// A version octet, then the entries by rising UID: place in the page (1), flags (1), MODSEQ (varint), keywords
/// (varint), email (8), size (varint), received (zigzag varint), saved less received (zigzag varint): some 24 octets
/// each, at most <see cref="EntryBytes"/>. Nothing depends on the entry before, so that delivery only appends.
/// </remarks>
static class PageCodec
{
    /// <summary>Octets of one entry at most; a page of 256 stays under the 64 KiB of a column.</summary>
    public const int EntryBytes = 1 + 1 + 10 + 10 + 8 + 10 + 10 + 10;

    const byte Version = 1;

    public static byte[] Append(ReadOnlySpan<byte> packed, in MessageEntry entry)
    {
        Span<byte> added = stackalloc byte[EntryBytes];
        var size = Put(added, entry);
        var start = Math.Max(packed.Length, 1);
        var page = new byte[start + size];
        page[0] = Version;
        packed.CopyTo(page);
        added[..size].CopyTo(page.AsSpan(start));
        return page;
    }

    /// <summary>One after the other; neither may be what it was afterwards.</summary>
    public static byte[] Join(byte[] packed, byte[] more) =>
        packed.Length == 0 ? more
        : more.Length == 0 ? packed
        : [.. packed, .. more.AsSpan(1)];

    /// <returns>The lowest UID; 0 for no entries.</returns>
    public static uint FirstUid(ReadOnlySpan<byte> packed, uint page) =>
        packed.IsEmpty ? 0 : PageRows.FirstUid(page) + packed[1];

    /// <returns>Empty for no entries.</returns>
    public static byte[] Pack(IReadOnlyList<MessageEntry> entries)
    {
        if (entries.Count == 0)
            return [];
        var writer = new PackWriter(1 + entries.Count * 28);
        writer.Byte(Version);
        Span<byte> added = stackalloc byte[EntryBytes];
        foreach (var entry in entries)
            writer.Bytes(added[..Put(added, entry)]);
        return writer.ToArray();
    }

    public static void Unpack(ReadOnlySpan<byte> packed, uint page, List<MessageEntry> entries)
    {
        if (packed.IsEmpty)
            return;
        var reader = new PackReader(packed);
        reader.ExpectVersion(Version);
        var first = PageRows.FirstUid(page);
        while (!reader.AtEnd)
        {
            var uid = first + reader.Byte();
            var flags = (MessageFlags)reader.Byte();
            var modSeq = reader.Varint();
            var keywords = reader.Varint();
            var email = new EmailId(reader.Fixed64());
            var size = (long)reader.Varint();
            var received = reader.Signed();
            entries.Add(new(uid, flags, modSeq, keywords, email, size, received, received + reader.Signed()));
        }
    }

    static int Put(Span<byte> target, in MessageEntry entry)
    {
        target[0] = (byte)(entry.Uid - PageRows.FirstUid(PageRows.PageOf(entry.Uid)));
        target[1] = (byte)entry.Flags;
        var at = 2;
        at += PackWriter.Put(target[at..], entry.ModSeq);
        at += PackWriter.Put(target[at..], entry.Keywords);
        BinaryPrimitives.WriteUInt64LittleEndian(target[at..], entry.Email.Value);
        at += 8;
        at += PackWriter.Put(target[at..], (ulong)entry.Size);
        at += PackWriter.Put(target[at..], PackWriter.Zigzag(entry.Received));
        at += PackWriter.Put(target[at..], PackWriter.Zigzag(entry.Saved - entry.Received));
        return at;
    }
}
