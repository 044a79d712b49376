namespace Cloud.Mail.Headers;

/// <summary>Message-ids in Message-ID, In-Reply-To and References. RFC 5322 §3.6.4.</summary>
public static class MessageIds
{
    /// <summary>The first id without angle brackets; a value with none of them is taken whole. Nil if there is none.</summary>
    public static Octets First(Octets value) => Parse(value, 1) is [var first, ..] ? first : default;

    /// <summary>The ids without angle brackets: over <paramref name="max"/>, the first one and the last ones.</summary>
    /// <remarks>Phrases between ids are skipped (§4.5.4); white space inside one, left by folding, goes.</remarks>
    public static Octets[] Parse(Octets value, int max)
    {
        if (value.IsNilOrEmpty)
            return [];

        var ids = new Kept(max);
        var span = value.Span;
        for (var at = 0; at < span.Length; )
        {
            var open = span[at..].IndexOf((byte)'<');
            if (open < 0)
                break;
            at += open + 1;
            var end = span[at..].IndexOfAny((byte)'>', (byte)'<');
            if (end < 0)
                end = span.Length - at;
            if (end == 0)
                continue;
            var id = AddressText.Clean(value.Slice(at, end), spaced: false, comments: false, quotes: false);
            if (!id.IsNilOrEmpty)
                ids.Add(id);
            at += end;
        }

        if (ids.Count == 0 && !span.Contains((byte)'<'))
            AddBare(value, ref ids);
        return ids.ToArray();
    }

    /// <summary>No angle brackets: the value is one id, or ids with white space between if each has its @.</summary>
    static void AddBare(Octets value, ref Kept ids)
    {
        var span = value.Span;
        for (var at = 0; at < span.Length; )
        {
            var length = span[at..].IndexOfAny(" \t,"u8);
            length = length < 0 ? span.Length - at : length;
            if (length > 0 && length < span.Length && !span.Slice(at, length).Contains((byte)'@'))
            {
                ids.Clear();
                return; // a phrase, RFC 5322 §4.5.4
            }

            if (length > 0)
                ids.Add(value.Slice(at, length));
            at += length + 1;
        }
    }

    /// <summary>The first id and the last ones: over the limit a new one takes the place of the oldest but the first.</summary>
    ref struct Kept(int max)
    {
        PooledList<Octets> ids;
        int oldest = 1;

        public readonly int Count => ids.Count;

        public void Add(Octets id)
        {
            if (ids.Count < Math.Max(max, 1))
            {
                ids.Add(id);
                return;
            }

            if (max < 2)
                return;
            ids.Items[oldest] = id;
            oldest = oldest == max - 1 ? 1 : oldest + 1;
        }

        public void Clear()
        {
            ids.Clear();
            oldest = 1;
        }

        public Octets[] ToArray()
        {
            var taken = ids.Take();
            if (oldest == 1)
                return taken;
            return [taken[0], .. taken[oldest..], .. taken[1..oldest]];
        }
    }
}
