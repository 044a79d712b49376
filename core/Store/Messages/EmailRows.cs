using Cloud.Store.Packing;
using Cloud.Store.Ports;

namespace Cloud.Store.Messages;

/// <summary>Rows <c>e!{email}</c>: what never changes about a message, and its placements.</summary>
/// <remarks>
/// The id begins with the time of arrival, in sixteen hexadecimal digits, so that a mailbox filled by delivery reads
/// in ranges. To change it is a migration.
/// </remarks>
static class EmailRows
{
    /// <summary>Octets of index kept in the row; a longer one is made anew from the blob. A row holds 1 MiB.</summary>
    public const int IndexBytes = 800 * 1024;

    /// <summary>Octets in one column of the index: its limit less the length that is counted with it.</summary>
    const int PartBytes = RowLimits.PropertyBytes - 4;

    public const string Prefix = "e!";

    public static string Key(EmailId email) => $"{Prefix}{email}";

    public static EmailId IdOf(RowKey key) => new(Convert.ToUInt64(key.Row[2..], 16));

    public static RowData ToRow(EmailRow row)
    {
        var email = row.Email;
        var data = new RowData(capacity: 8)
        {
            { "Blob", email.Blob },
            { "Size", email.Size },
            { "Hash", email.Sha256.ToArray() },
            { "Thread", (long)email.Thread.Value },
            { "Transaction", email.Transaction.ToString() },
            { "Placements", Pack(row.Placements) },
        };
        if (!email.DeliveryFields.IsEmpty)
            data.Add("Fields", email.DeliveryFields.ToArray());
        if (row.Appended is { } appended)
            data.Add("Appended", Pack(appended));
        if (email.Index.Length <= IndexBytes)
            AddIndex(data, email.Index);
        return data;
    }

    public static EmailRow From(RowKey key, RowData row) =>
        new(
            new(
                IdOf(key),
                new((ulong)row.Long("Thread")),
                row.String("Blob") ?? "",
                row.Long("Size"),
                row.Bytes("Hash") ?? [],
                Index(row),
                TransactionId.TryParse(row.String("Transaction")) ?? default
            )
            {
                DeliveryFields = row.Bytes("Fields") ?? [],
            },
            Unpack(row.Bytes("Placements") ?? [])
        )
        {
            Appended = row.Bytes("Appended") is { } appended ? UnpackAppended(appended) : null,
        };

    static void AddIndex(RowData data, ReadOnlyMemory<byte> index)
    {
        for (var part = 0; part * PartBytes < index.Length; part++)
        {
            var rest = index[(part * PartBytes)..];
            data.Add(Part(part), rest[..Math.Min(rest.Length, PartBytes)].ToArray());
        }
    }

    static string Part(int part) => part == 0 ? "Index" : $"Index{part}";

    static ReadOnlyMemory<byte> Index(RowData row)
    {
        var first = row.Bytes("Index") ?? [];
        if (row[Part(1)] is null)
            return first;
        var index = new PackWriter(4 * RowLimits.PropertyBytes);
        for (var part = 0; row.Bytes(Part(part)) is { } bytes; part++)
            index.Bytes(bytes);
        return index.ToArray();
    }

    static byte[] Pack(IReadOnlyList<Placement> placements)
    {
        var writer = new PackWriter(16);
        foreach (var (mailbox, uid) in placements)
        {
            writer.Varint(mailbox.Value);
            writer.Varint(uid);
        }
        return writer.ToArray();
    }

    static byte[] Pack(Appended appended)
    {
        var writer = new PackWriter(48);
        writer.Varint(appended.Place.Mailbox.Value);
        writer.Varint(appended.Place.Uid);
        writer.Varint((ulong)appended.At);
        writer.Text(appended.By.Value);
        return writer.ToArray();
    }

    static Appended UnpackAppended(ReadOnlySpan<byte> packed)
    {
        var reader = new PackReader(packed);
        var place = new Placement(new(reader.Varint32()), reader.Varint32());
        var at = (long)reader.Varint();
        return new(new(reader.Text() ?? ""), place, at);
    }

    static List<Placement> Unpack(ReadOnlySpan<byte> packed)
    {
        var placements = new List<Placement>();
        var reader = new PackReader(packed);
        while (!reader.AtEnd)
            placements.Add(new(new(reader.Varint32()), reader.Varint32()));
        return placements;
    }
}
