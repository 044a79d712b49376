using System.Buffers.Binary;
using System.Text;

namespace Cloud.Store.Packing;

/// <summary>Writes compact binary columns: LEB128 varints, zigzag for signed, little-endian for fixed.</summary>
sealed class PackWriter(int capacity = 256)
{
    byte[] buffer = new byte[capacity];
    int length;

    public void Byte(byte value)
    {
        Grow(1);
        buffer[length++] = value;
    }

    public void Varint(ulong value)
    {
        Grow(10);
        length += Put(buffer.AsSpan(length), value);
    }

    public void Signed(long value) => Varint(Zigzag(value));

    public void Fixed64(ulong value)
    {
        Grow(8);
        BinaryPrimitives.WriteUInt64LittleEndian(buffer.AsSpan(length), value);
        length += 8;
    }

    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        Grow(bytes.Length);
        bytes.CopyTo(buffer.AsSpan(length));
        length += bytes.Length;
    }

    /// <summary>UTF-8 with its length before it; null is kept apart from empty.</summary>
    public void Text(string? text)
    {
        if (text is null)
        {
            Varint(0);
            return;
        }
        Varint((ulong)Encoding.UTF8.GetByteCount(text) + 1);
        Bytes(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>Octets with their length before them.</summary>
    public void Counted(ReadOnlySpan<byte> bytes)
    {
        Varint((ulong)bytes.Length);
        Bytes(bytes);
    }

    /// <summary>Whole milliseconds; null is kept apart.</summary>
    public void Time(DateTimeOffset? time) => Varint(time is null ? 0 : (ulong)time.Value.ToUnixTimeMilliseconds() + 1);

    public byte[] ToArray() => buffer[..length];

    public static ulong Zigzag(long value) => (ulong)((value << 1) ^ (value >> 63));

    /// <returns>Octets written, at most 10.</returns>
    public static int Put(Span<byte> target, ulong value)
    {
        var at = 0;
        for (; value >= 0x80; value >>= 7)
            target[at++] = (byte)(value | 0x80);
        target[at++] = (byte)value;
        return at;
    }

    void Grow(int more)
    {
        if (length + more > buffer.Length)
            Array.Resize(ref buffer, Math.Max(buffer.Length * 2, length + more));
    }
}
