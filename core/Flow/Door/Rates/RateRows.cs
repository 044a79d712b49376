using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Cloud.Store.Ports;

namespace Cloud.Flow.Door.Rates;

/// <summary>Table <c>rates</c>: a row for each account (or whoever is limited), with a window for each of its limits.</summary>
/// <remarks>
/// Row <c>{hash}</c> in one of four partitions; its properties are <c>M3600</c> (messages in an hour), <c>R86400</c>. A
/// limit that was changed in its window's length starts anew. The sweep removes rows that have expired. To change it is
/// a migration.
/// </remarks>
static class RateRows
{
    public const string Table = "rates";

    /// <summary>Partitions: one takes some 2,000 operations a second, and a message takes two.</summary>
    public const int Partitions = 4;

    public static string Partition(int number) => number.ToString("x1", CultureInfo.InvariantCulture);

    public static byte[] Hash(string subject) => SHA256.HashData(Encoding.UTF8.GetBytes(subject))[..16];

    public static RowKey Key(ReadOnlySpan<byte> hash) =>
        new(Partition(hash[0] % Partitions), Convert.ToHexStringLower(hash));

    public static RateWindow WindowOf(RowData? row, RateLimit limit)
    {
        if (row?.Bytes(Name(limit)) is not { Length: 16 } packed)
            return default;
        return new(
            BinaryPrimitives.ReadInt64LittleEndian(packed),
            BinaryPrimitives.ReadInt32LittleEndian(packed.AsSpan(8)),
            BinaryPrimitives.ReadInt32LittleEndian(packed.AsSpan(12))
        );
    }

    public static RowData ToRow(IReadOnlyList<(RateLimit Limit, RateWindow Window)> windows, DateTimeOffset now)
    {
        var row = new RowData { { "Expires", now + 2 * windows.Max(one => one.Limit.Window) } };
        foreach (var (limit, window) in windows)
        {
            var packed = new byte[16];
            BinaryPrimitives.WriteInt64LittleEndian(packed, window.Bucket);
            BinaryPrimitives.WriteInt32LittleEndian(packed.AsSpan(8), window.Current);
            BinaryPrimitives.WriteInt32LittleEndian(packed.AsSpan(12), window.Previous);
            row[Name(limit)] = packed;
        }

        return row;
    }

    public static DateTimeOffset Expires(RowData row) => row.Time("Expires") ?? default;

    static string Name(RateLimit limit) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{(limit.Unit == RateUnit.Messages ? 'M' : 'R')}{(long)limit.Window.TotalSeconds}"
        );
}
