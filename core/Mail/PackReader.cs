namespace Cloud.Mail;

/// <summary>Reads what <see cref="PackWriter"/> wrote. Texts are views of the array.</summary>
/// <exception cref="InvalidDataException">The bytes end early or make no sense.</exception>
ref struct PackReader(byte[] bytes)
{
    int at;

    public readonly bool AtEnd => at == bytes.Length;

    public static InvalidDataException Damaged() => new("A packed message index is damaged");

    public byte Octet() => at < bytes.Length ? bytes[at++] : throw Damaged();

    public long Number()
    {
        ulong value = 0;
        for (var shift = 0; shift < 63; shift += 7)
        {
            var octet = Octet();
            value |= (ulong)(octet & 0x7F) << shift;
            if (octet < 0x80)
                return (long)value;
        }

        throw Damaged();
    }

    /// <summary>A count of things that take at least one octet each, so a lie cannot make us allocate.</summary>
    public int Count()
    {
        var count = Number();
        return count <= bytes.Length - at ? (int)count : throw Damaged();
    }

    /// <summary>Of a text.</summary>
    public int Length()
    {
        var length = Number();
        return length <= int.MaxValue ? (int)length : throw Damaged();
    }

    /// <summary>A number of either sign: <see cref="PackWriter.ZigZag"/>.</summary>
    public long Difference()
    {
        var number = Number();
        return number % 2 == 0 ? number / 2 : -(number / 2) - 1;
    }

    public Octets Text()
    {
        var code = Number();
        if (code == 0)
            return default;
        if (code % 2 == 1)
            return code / 2 < int.MaxValue && PackTokens.TryText((int)(code / 2), out var token)
                ? token
                : throw Damaged();
        var length = code / 2 - 1;
        if (length > bytes.Length - at)
            throw Damaged();
        var text = new Octets(bytes, at, (int)length);
        at += (int)length;
        return text;
    }
}
