using System.Buffers;

namespace Cloud.Mail;

/// <summary>Numbers and texts of the packed form. Numbers are base 128, low end first.</summary>
/// <remarks>A text is a number n and, if n is even and not 0, n/2 - 1 octets: 0 is nil, odd is token (n - 1)/2.</remarks>
sealed class PackWriter : IDisposable
{
    byte[] bytes = ArrayPool<byte>.Shared.Rent(1024);
    int length;

    public int Length => length;

    public void Octet(byte value)
    {
        if (length == bytes.Length)
            Grow(length + 1);
        bytes[length++] = value;
    }

    public void Number(long value)
    {
        var rest = (ulong)value;
        for (; rest >= 0x80; rest >>= 7)
            Octet((byte)(rest | 0x80));
        Octet((byte)rest);
    }

    /// <summary>Of either sign, as a number that is small where it is.</summary>
    public static long ZigZag(int value) => value >= 0 ? value * 2L : value * -2L - 1;

    public void Text(Octets text)
    {
        if (text.IsNil)
            Number(0);
        else if (PackTokens.TryNumber(text, out var number))
            Number(number * 2 + 1);
        else
        {
            Number((text.Length + 1) * 2L);
            if (bytes.Length - length < text.Length)
                Grow(length + text.Length);
            text.Span.CopyTo(bytes.AsSpan(length));
            length += text.Length;
        }
    }

    public byte[] ToArray() => bytes.AsSpan(0, length).ToArray();

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(bytes);
        bytes = [];
    }

    void Grow(int size)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(size, bytes.Length * 2));
        bytes.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(bytes);
        bytes = larger;
    }
}
