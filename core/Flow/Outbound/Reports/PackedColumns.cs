using Cloud.Store.Ports;

namespace Cloud.Flow.Outbound.Reports;

/// <summary>Octets in a row, cut into columns that it can hold.</summary>
static class PackedColumns
{
    const int Column = RowLimits.PropertyBytes;

    public static RowData ToRow(byte[] packed)
    {
        var row = new RowData();
        for (var at = 0; at < packed.Length; at += Column)
            row.Add($"Counts{at / Column}", packed[at..Math.Min(at + Column, packed.Length)]);
        return row;
    }

    public static byte[] Of(RowData row)
    {
        using var packed = new MemoryStream();
        for (var i = 0; row.Bytes($"Counts{i}") is { } column; i++)
            packed.Write(column);
        return packed.ToArray();
    }
}
