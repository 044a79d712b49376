namespace Cloud.Mail;

/// <summary>Numbers and texts of the packed form. Numbers are base 128, low end first.</summary>
/// <remarks>
/// A text is a number n and, if n is even and not 0, n/2 - 1 octets: 0 is nil, odd is token (n - 1)/2. A difference is
/// zigzag: usually small, of either sign.
/// </remarks>
sealed class PackWriter
{
    byte[] bytes = new byte[512];
    int length;

    public int Length => length;

    public void Octet(byte value)
    {
        if (length == bytes.Length)
            Array.Resize(ref bytes, length * 2);
        bytes[length++] = value;
    }

    public void Number(long value)
    {
        var rest = (ulong)value;
        for (; rest >= 0x80; rest >>= 7)
            Octet((byte)(rest | 0x80));
        Octet((byte)rest);
    }

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
                Array.Resize(ref bytes, Math.Max(length * 2, length + text.Length));
            text.Span.CopyTo(bytes.AsSpan(length));
            length += text.Length;
        }
    }

    public byte[] ToArray() => bytes.AsSpan(0, length).ToArray();
}
