using System.Globalization;
using Cloud.Store.Ports;

namespace Cloud.Store.Outbox;

/// <summary>Keys of table <c>outbox</c>: one partition a message, one row a recipient.</summary>
/// <remarks>
/// A partition is named by the message's transaction, so that text order is order of time. <c>m</c>: the message;
/// <c>r!{number, four hexadecimal digits}</c>: a recipient. Recipients of one domain have numbers next to each other, so
/// that one range query reads them. A message is accepted when its row <c>m</c> is there: it is written last. To change
/// any of it is a migration.
/// </remarks>
static class OutboxRows
{
    public const string Table = "outbox";

    public const string Message = "m";

    const string Prefix = "r!";

    const string Packed = "P";

    /// <summary>The first recipient's row, which every message has.</summary>
    public static string First => Recipient(0);

    public static string Partition(TransactionId id) => id.ToString();

    /// <summary>The first partition of those accepted then or later.</summary>
    public static string FirstOf(DateTimeOffset time) =>
        Partition(new((ulong)Math.Max(time.ToUnixTimeMilliseconds(), 0), 0));

    /// <summary>The first partition that may come behind a message's.</summary>
    public static string FirstAfter(TransactionId id) =>
        Partition(id.Random == ulong.MaxValue ? new(id.Milliseconds + 1, 0) : id with { Random = id.Random + 1 });

    public static string Recipient(int number) => Prefix + number.ToString("x4", CultureInfo.InvariantCulture);

    /// <summary>Recipients from a number on.</summary>
    public static RowRange Recipients(TransactionId id, int first, int count) =>
        new(Partition(id), Recipient(first), Recipient(first + count));

    public static RowRange AllRecipients(TransactionId id) => RowRange.Prefix(Partition(id), Prefix);

    public static RowData ToRow(byte[] packed) => new(1) { { Packed, packed } };

    /// <exception cref="StoreException">The row is damaged.</exception>
    public static byte[] Bytes(RowData data) =>
        data.Bytes(Packed) ?? throw new DamagedException("A row of the outbox is damaged");
}
