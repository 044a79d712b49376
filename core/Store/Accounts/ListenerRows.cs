using System.Globalization;
using Cloud.Store.Ports;

namespace Cloud.Store.Accounts;

/// <summary>Table <c>listeners</c>: who may have a watch queue, so that a dead one's can be removed.</summary>
static class ListenerRows
{
    public const string Table = "listeners";

    public const string Partition = "watch";

    /// <summary>How often the row of a listener in use is written.</summary>
    public static readonly TimeSpan SeenEvery = TimeSpan.FromHours(1);

    /// <summary>A listener that has not watched for so long has no queue any more.</summary>
    public static readonly TimeSpan Age = TimeSpan.FromDays(1);

    /// <summary>
    /// Up to here numbers are given by whoever sets up a store, who may have made the queue and given rights to it:
    /// it is never removed.
    /// </summary>
    public const ulong Lasting = ushort.MaxValue;

    public static string Key(ulong listener) => $"{listener:x16}";

    public static ulong ListenerOf(RowKey key) =>
        ulong.Parse(key.Row, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    public static RowData ToRow(DateTimeOffset seen) => new() { { "Seen", seen } };

    public static DateTimeOffset Seen(RowData row) => row.Time("Seen") ?? default;
}
