using System.Buffers;

namespace Cloud.Mail;

/// <summary>The start of a line whose end is in a later chunk, up to a cap.</summary>
sealed class LineCarry
{
    const int FirstBuffer = 256;

    byte[] buffer = [];

    /// <summary>Octets kept.</summary>
    public int Length { get; private set; }

    /// <summary>Octets of the line so far, kept or not.</summary>
    public long LineLength { get; private set; }

    public void Append(ReadOnlySpan<byte> bytes, int max)
    {
        LineLength += bytes.Length;
        if (bytes.Length > max - Length)
            bytes = bytes[..(max - Length)];
        if (Length + bytes.Length > buffer.Length)
            Grow(Math.Max(FirstBuffer, 2 * (Length + bytes.Length)));
        bytes.CopyTo(buffer.AsSpan(Length));
        Length += bytes.Length;
    }

    /// <summary>The line with its last bytes, cut to <paramref name="max"/>; valid until the next call.</summary>
    public ReadOnlySpan<byte> Join(ReadOnlySpan<byte> bytes, int max)
    {
        if (LineLength == 0)
            return bytes.Length > max ? bytes[..max] : bytes;
        Append(bytes, max);
        return buffer.AsSpan(0, Length);
    }

    public ReadOnlySpan<byte> Line => buffer.AsSpan(0, Length);

    public void Clear()
    {
        Length = 0;
        LineLength = 0;
    }

    /// <summary>As new; the buffer goes back.</summary>
    public void Release()
    {
        Clear();
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
    }

    void Grow(int size)
    {
        var larger = ArrayPool<byte>.Shared.Rent(size);
        Line.CopyTo(larger);
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }
}
