using System.Buffers.Binary;
using Cloud.Store.Ports;

namespace Cloud.Flow.Outbound.Relay.Traffic;

/// <summary>Table <c>destinations</c>: what one process has learned of a destination, for the others.</summary>
/// <remarks>
/// A partition for each, row <c>state</c>. The last one to write wins: what is lost is learned again. To change it is a
/// migration.
/// </remarks>
static class DestinationRows
{
    public const string Table = "destinations";

    const string Name = "state";

    /// <summary>
    /// Version, failures, calm, concurrency: 4 octets each; closed until: 8, milliseconds since 1970. From version 2 on
    /// messages a minute, 0 for none: 4; and when that was learned: 8.
    /// </summary>
    const int Length = 36;

    const int Version = 2;

    /// <summary>Of version 1.</summary>
    const int ShortLength = 24;

    /// <returns>Null for a name that no key can hold; such a one is not shared.</returns>
    public static RowKey? Key(string destination)
    {
        var partition = KeyText.Encode(destination);
        return partition.Length > RowLimits.KeyLength ? null : new(partition, Name);
    }

    public static RowData ToRow(DestinationState state)
    {
        var packed = new byte[Length];
        BinaryPrimitives.WriteInt32LittleEndian(packed, Version);
        BinaryPrimitives.WriteInt32LittleEndian(packed.AsSpan(4), state.Failures);
        BinaryPrimitives.WriteInt32LittleEndian(packed.AsSpan(8), state.Calm);
        BinaryPrimitives.WriteInt32LittleEndian(packed.AsSpan(12), state.Concurrency);
        BinaryPrimitives.WriteInt64LittleEndian(packed.AsSpan(16), state.ClosedUntil.ToUnixTimeMilliseconds());
        BinaryPrimitives.WriteInt32LittleEndian(packed.AsSpan(24), state.Rate?.PerMinute ?? 0);
        BinaryPrimitives.WriteInt64LittleEndian(packed.AsSpan(28), state.Rate?.Learned.ToUnixTimeMilliseconds() ?? 0);
        return new() { { "State", packed } };
    }

    /// <returns>As if nothing were known where it is none.</returns>
    public static DestinationState Of(RowData row)
    {
        if (row.Bytes("State") is not { Length: >= ShortLength } packed)
            return DestinationState.Fresh;
        var version = BinaryPrimitives.ReadInt32LittleEndian(packed);
        if (packed.Length != (version == Version ? Length : ShortLength) || version is < 1 or > Version)
            return DestinationState.Fresh;
        return new(
            Math.Max(0, BinaryPrimitives.ReadInt32LittleEndian(packed.AsSpan(4))),
            Time(packed.AsSpan(16)),
            Math.Clamp(BinaryPrimitives.ReadInt32LittleEndian(packed.AsSpan(12)), 1, DestinationState.MostOfSmarthost),
            Math.Max(0, BinaryPrimitives.ReadInt32LittleEndian(packed.AsSpan(8))),
            version == Version ? Rate(packed.AsSpan(24)) : null
        );
    }

    static LearnedRate? Rate(ReadOnlySpan<byte> packed)
    {
        var rate = BinaryPrimitives.ReadInt32LittleEndian(packed);
        return rate < 1 ? null : new(Math.Min(rate, LearnedRate.Most), Time(packed[4..]));
    }

    static DateTimeOffset Time(ReadOnlySpan<byte> packed) =>
        DateTimeOffset.FromUnixTimeMilliseconds(
            Math.Clamp(
                BinaryPrimitives.ReadInt64LittleEndian(packed),
                0,
                DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            )
        );
}
