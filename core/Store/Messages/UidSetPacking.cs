using Cloud.Store.Packing;
using Cloud.Store.Ports;

namespace Cloud.Store.Messages;

/// <summary>A set of UIDs as packed numbers: a count, then each range as differences.</summary>
/// <remarks>The count is not believed: the list grows with the bytes that are there.</remarks>
static class UidSetPacking
{
    public static void Uids(this PackWriter writer, UidSet uids)
    {
        writer.Varint((ulong)uids.Ranges.Count);
        var last = 0u;
        foreach (var range in uids.Ranges)
        {
            writer.Varint(range.First - last);
            writer.Varint(range.Last - range.First);
            last = range.Last;
        }
    }

    /// <exception cref="StoreException">Damaged.</exception>
    public static UidSet Uids(this ref PackReader reader)
    {
        var ranges = new List<(uint First, uint Last)>();
        var last = 0u;
        for (var count = reader.Varint(); count > 0; count--)
        {
            var first = Rise(last, reader.Varint());
            last = Rise(first, reader.Varint());
            ranges.Add((first, last));
        }
        return UidSet.Of(ranges);
    }

    static uint Rise(uint from, ulong by) => by <= uint.MaxValue - from ? from + (uint)by : throw PackReader.Damaged();
}
