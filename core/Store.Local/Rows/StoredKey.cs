using System.Text;
using Cloud.Store.Ports;

namespace Cloud.Store.Local.Rows;

/// <summary>How table, partition and row key become the one text that orders all rows.</summary>
/// <remarks>
/// <c>table/partition/row</c>: no part can hold a slash, so that rows of one partition lie together, in ordinal order
/// of their row keys, and one comparison of bytes finds a row.
/// </remarks>
static class StoredKey
{
    /// <summary>Bytes of the longest key: a table name of 63, two keys, two slashes.</summary>
    public const int MaxLength = 63 + 2 * RowLimits.KeyLength + 2;

    /// <summary>Room for a range's end too: its last key is followed by the lowest character.</summary>
    public const int RangeLength = MaxLength + 1;

    public static int Write(Span<byte> to, string table, string partition, string row)
    {
        var length = WritePrefix(to, table, partition);
        return length + Encoding.ASCII.GetBytes(row, to[length..]);
    }

    /// <summary>The first key behind all of the partition's.</summary>
    public static int WriteEnd(Span<byte> to, string table, string partition)
    {
        var length = WritePrefix(to, table, partition);
        to[length - 1]++;
        return length;
    }

    /// <summary>The first key of a partition or of one behind it; null for the first one behind the table's.</summary>
    public static int WriteStart(Span<byte> to, string table, string? partition)
    {
        var length = Encoding.ASCII.GetBytes(table, to);
        to[length++] = partition is null ? (byte)('/' + 1) : (byte)'/';
        return length + Encoding.ASCII.GetBytes(partition ?? "", to[length..]);
    }

    /// <exception cref="ArgumentException">Not 3 to 63 letters and digits, the first a letter.</exception>
    public static void CheckTable(string table)
    {
        var isGood = table.Length is >= 3 and <= 63 && char.IsAsciiLetter(table[0]);
        foreach (var c in table)
            isGood &= char.IsAsciiLetterOrDigit(c);
        if (!isGood)
            throw new ArgumentException($"Not a table name: {table}", nameof(table));
    }

    static int WritePrefix(Span<byte> to, string table, string partition)
    {
        var length = Encoding.ASCII.GetBytes(table, to);
        to[length++] = (byte)'/';
        length += Encoding.ASCII.GetBytes(partition, to[length..]);
        to[length++] = (byte)'/';
        return length;
    }
}
