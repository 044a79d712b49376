using System.Globalization;
using System.Text;

namespace Cloud.Store.Messages;

/// <summary>A set of UIDs as ranges: sorted, disjoint, both ends included.</summary>
public sealed class UidSet
{
    public static readonly UidSet Empty = new([]);
    public static readonly UidSet All = new([(1, uint.MaxValue)]);

    UidSet((uint First, uint Last)[] ranges) => Ranges = ranges;

    public IReadOnlyList<(uint First, uint Last)> Ranges { get; }

    public bool IsEmpty => Ranges.Count == 0;

    /// <summary>How many numbers it spans, whether messages have them or not.</summary>
    public ulong Count => Ranges.Aggregate(0UL, (sum, range) => sum + range.Last - range.First + 1);

    public static UidSet Of(params IEnumerable<uint> uids)
    {
        var all = uids.ToArray();
        all.AsSpan().Sort(); // next to nothing where they are in order already, as they mostly are
        return Join(all.Select(uid => (uid, uid)));
    }

    /// <summary>Sorts and joins ranges given in any order, each with its ends in either order.</summary>
    public static UidSet Of(IEnumerable<(uint First, uint Last)> ranges) =>
        Join(ranges.Select(r => r.First <= r.Last ? r : (First: r.Last, Last: r.First)).OrderBy(r => r.First));

    static UidSet Join(IEnumerable<(uint First, uint Last)> sorted)
    {
        var joined = new List<(uint First, uint Last)>();
        foreach (var (first, last) in sorted)
        {
            if (joined.Count > 0 && first <= (ulong)joined[^1].Last + 1)
                joined[^1] = (joined[^1].First, Math.Max(joined[^1].Last, last));
            else
                joined.Add((first, last));
        }
        return new UidSet([.. joined]);
    }

    public bool Contains(uint uid) => Overlaps(uid, uid);

    /// <summary>Whether it has any from one to another, both included.</summary>
    public bool Overlaps(uint first, uint last)
    {
        var (low, high) = (0, Ranges.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (last < Ranges[middle].First)
                high = middle - 1;
            else if (first > Ranges[middle].Last)
                low = middle + 1;
            else
                return true;
        }
        return false;
    }

    public UidSet With(uint uid) => Contains(uid) ? this : Of(Ranges.Append((uid, uid)));

    public UidSet Without(uint uid) => Contains(uid) ? Except(Of(uid)) : this;

    public UidSet Intersect(UidSet other)
    {
        var common = new List<(uint First, uint Last)>();
        for (var (i, j) = (0, 0); i < Ranges.Count && j < other.Ranges.Count; )
        {
            var (one, two) = (Ranges[i], other.Ranges[j]);
            var (first, last) = (Math.Max(one.First, two.First), Math.Min(one.Last, two.Last));
            if (first <= last)
                common.Add((first, last));
            if (one.Last < two.Last)
                i++;
            else
                j++;
        }
        return new UidSet([.. common]);
    }

    public UidSet Except(UidSet other)
    {
        var left = new List<(uint First, uint Last)>();
        var next = 0UL; // no UID, but a page's number
        foreach (var (first, last) in other.Ranges)
        {
            if (first > next)
                left.Add(((uint)next, first - 1));
            next = last + 1UL;
        }
        if (next <= uint.MaxValue)
            left.Add(((uint)next, uint.MaxValue));
        return Intersect(new UidSet([.. left]));
    }

    /// <summary>IMAP's sequence-set syntax: <c>1:4,7</c> (RFC 9051 §9).</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var (first, last) in Ranges)
        {
            if (text.Length > 0)
                text.Append(',');
            text.Append(CultureInfo.InvariantCulture, $"{first}");
            if (last != first)
                text.Append(CultureInfo.InvariantCulture, $":{last}");
        }
        return text.ToString();
    }
}
