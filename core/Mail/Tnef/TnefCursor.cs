using System.Buffers.Binary;

namespace Cloud.Mail.Tnef;

/// <summary>Reads little-endian values within bounds; what is missing is told, not thrown.</summary>
/// <param name="bytes">The whole file.</param>
/// <param name="at">Where to begin.</param>
/// <param name="end">Where to stop.</param>
ref struct TnefCursor(ReadOnlySpan<byte> bytes, int at, int end)
{
    readonly ReadOnlySpan<byte> bytes = bytes;

    public int At { get; private set; } = at;

    public readonly int Left => end - At;

    public readonly ReadOnlySpan<byte> Bytes => bytes;

    public bool Octet(out byte value)
    {
        value = 0;
        if (!Take(1, out var range))
            return false;
        value = bytes[range.Start];
        return true;
    }

    public bool Word(out int value)
    {
        value = 0;
        if (!Take(2, out var range))
            return false;
        value = BinaryPrimitives.ReadUInt16LittleEndian(bytes[range.Start..]);
        return true;
    }

    public bool Long(out uint value)
    {
        value = 0;
        if (!Take(4, out var range))
            return false;
        value = BinaryPrimitives.ReadUInt32LittleEndian(bytes[range.Start..]);
        return true;
    }

    public bool Take(uint length, out TnefRange range)
    {
        range = default;
        if (length > Left)
            return false;
        range = new(At, (int)length);
        At += (int)length;
        return true;
    }

    /// <summary>Moves to a multiple of four octets after a value of that length; a file may end before it.</summary>
    public void Pad(uint length) => At = Math.Min(end, At + (int)(-length & 3));
}
