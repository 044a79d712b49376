using Cloud.Listener.Imap.Wire;

namespace Cloud.Listener.Imap.Selected;

/// <summary>Some of the messages that were found, counted from the oldest or the newest on (RFC 9394 §4 partial-range).</summary>
/// <param name="First">From 1; either may be the greater one.</param>
readonly record struct PartialRange(uint First, uint Last, bool FromNewest)
{
    public static PartialRange Parse(ref ImapReader reader)
    {
        var fromNewest = reader.Char('-');
        var first = reader.ExpectNzNumber();
        reader.ExpectChar(':');
        if (fromNewest)
            reader.ExpectChar('-');
        return new(first, reader.ExpectNzNumber(), fromNewest);
    }

    public IndexRanges Of(IndexRanges found)
    {
        var count = found.Count;
        var (low, high) = (Math.Min(First, Last), Math.Min(Math.Max(First, Last), (uint)count));
        if (low > high)
            return IndexRanges.None;
        return FromNewest
            ? found.Slice(count - (int)high, (int)(high - low + 1))
            : found.Slice((int)low - 1, (int)(high - low + 1));
    }

    /// <summary>The same of what was sorted.</summary>
    public IReadOnlyList<uint> Of(List<uint> sorted)
    {
        var (low, high) = (Math.Min(First, Last), Math.Min(Math.Max(First, Last), (uint)sorted.Count));
        if (low > high)
            return [];
        return sorted.GetRange(FromNewest ? sorted.Count - (int)high : (int)low - 1, (int)(high - low + 1));
    }

    /// <summary>As it was asked for.</summary>
    public override string ToString() => FromNewest ? $"-{First}:-{Last}" : $"{First}:{Last}";
}
