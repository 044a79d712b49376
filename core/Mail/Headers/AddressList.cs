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
        var list = new PooledList<Address>();
        more = !TryAdd(value, max, ref list);
        return list.Take();
    }

    /// <summary>Adds the entries of one field; a group that the limit cuts is ended.</summary>
    /// <returns>False if there are more than <paramref name="max"/> then.</returns>
    internal static bool TryAdd(Octets value, int max, ref PooledList<Address> list)
    {
        if (value.IsNilOrEmpty)
            return true;
        var reader = new AddressReader(value);
        var inGroup = false;
        while (reader.Next(out var address))
        {
            if (list.Count >= max)
            {
                if (inGroup)
                    list.Add(Address.GroupEnd);
                return false;
            }

            inGroup = address.IsGroupStart || inGroup && !address.IsGroupEnd;
            list.Add(address);
        }

        return true;
    }
}
