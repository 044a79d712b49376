using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Cloud.Store.Local;

/// <summary>Bytes being put together in memory of the shared pool.</summary>
sealed class PooledBuffer(int capacity) : IDisposable
{
    // Strict: a lone surrogate would come back as another character.
    static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    byte[] bytes = ArrayPool<byte>.Shared.Rent(capacity);

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Slice(int start, int length) => bytes.AsSpan(start, length);

    /// <summary>Makes room for that many bytes and counts them as written.</summary>
    public Span<byte> Take(int count)
    {
        if (bytes.Length - Length < count)
            Grow(count);
        var room = bytes.AsSpan(Length, count);
        Length += count;
        return room;
    }

    public void Byte(byte value) => Take(1)[0] = value;

    public void Write(ReadOnlySpan<byte> value) => value.CopyTo(Take(value.Length));

    public void Int64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Take(8), value);

    /// <summary>Seven bits an octet, lowest first; the top bit says that more follow.</summary>
    public void Count(int value)
    {
        var rest = (uint)value;
        for (; rest >= 0x80; rest >>= 7)
            Byte((byte)(rest | 0x80));
        Byte((byte)rest);
    }

    public void Ascii(string text) => Encoding.ASCII.GetBytes(text, Take(text.Length));

    public void Text(string text)
    {
        var length = Utf8.GetByteCount(text);
        Count(length);
        Utf8.GetBytes(text, Take(length));
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(bytes);
        bytes = [];
        Length = 0;
    }

    void Grow(int count)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(bytes.Length * 2, Length + count));
        bytes.AsSpan(0, Length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(bytes);
        bytes = larger;
    }
}
