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

    /// <summary>Version, failures, calm, concurrency: 4 octets each; closed until: 8, milliseconds since 1970.</summary>
    const int Length = 24;

    const int Version = 1;

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
        return new() { { "State", packed } };
    }

    /// <returns>As if nothing were known where it is none.</returns>
    public static DestinationState Of(RowData row)
    {
        if (
            row.Bytes("State") is not { Length: Length } packed
            || BinaryPrimitives.ReadInt32LittleEndian(packed) != Version
        )
            return DestinationState.Fresh;
        var until = BinaryPrimitives.ReadInt64LittleEndian(packed.AsSpan(16));
        return new(
            Math.Max(0, BinaryPrimitives.ReadInt32LittleEndian(packed.AsSpan(4))),
            DateTimeOffset.FromUnixTimeMilliseconds(
                Math.Clamp(until, 0, DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())
            ),
            Math.Clamp(BinaryPrimitives.ReadInt32LittleEndian(packed.AsSpan(12)), 1, DestinationState.MostAtOnce),
            Math.Max(0, BinaryPrimitives.ReadInt32LittleEndian(packed.AsSpan(8)))
        );
    }
}
