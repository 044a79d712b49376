using System.Buffers.Binary;

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
