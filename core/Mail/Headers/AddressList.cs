namespace Cloud.Mail.Headers;

/// <summary>Reads address lists as they come: RFC 5322 §3.4, the obsolete §4.4, RFC 6532, and what is in the wild.</summary>
public static class AddressList
{
    /// <summary>Entries taken of one field: more than any server takes recipients of a message.</summary>
    public const int MaxEntries = 10_000;

    /// <returns>At most <see cref="MaxEntries"/>; what follows is left out.</returns>
    public static Address[] Parse(ReadOnlySpan<byte> value) =>
        Parse(new Octets(HeaderText.Unfold(value)), MaxEntries, out _);

    /// <param name="value">One unfolded field value.</param>
    /// <param name="max">Most entries taken.</param>
    /// <param name="more">There were more.</param>
    internal static Address[] Parse(Octets value, int max, out bool more)
    {
        more = false;
        if (value.IsNilOrEmpty)
            return [];

        var reader = new AddressReader(value);
        if (max <= 0)
        {
            more = reader.Next(out _);
            return [];
        }

        var list = new Address[1];
        var count = 0;
        while (reader.Next(out var address))
        {
            if (count == max)
            {
                more = true;
                break;
            }

            if (count == list.Length)
                Array.Resize(ref list, count * 2);
            list[count++] = address;
        }

        if (count != list.Length)
            Array.Resize(ref list, count);
        return list;
    }
}
