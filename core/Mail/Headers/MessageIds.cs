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

        var ids = new List<Octets>();
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
            var id = AddressText.Clean(value.Slice(at, end), spaced: false, comments: false, quotes: false);
            if (!id.IsNilOrEmpty)
                ids.Add(id);
            if (ids.Count > max && max > 0)
                ids.RemoveAt(1);
            at += end;
        }

        if (ids.Count == 0 && span.IndexOfAny(" \t<"u8) < 0)
            ids.Add(value);
        return [.. ids];
    }
}
