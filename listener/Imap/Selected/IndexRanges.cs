using Cloud.Store.Messages;

namespace Cloud.Listener.Imap.Selected;

/// <summary>Messages of a view by their place in it, from 0: sorted ranges that do not touch, both ends included.</summary>
readonly record struct IndexRanges(IReadOnlyList<(int First, int Last)> Ranges)
{
    public static readonly IndexRanges None = new([]);

    public bool IsEmpty => Ranges.Count == 0;

    public static IndexRanges Of(List<(int First, int Last)> ranges)
    {
        ranges.Sort();
        var joined = new List<(int First, int Last)>(ranges.Count);
        foreach (var (first, last) in ranges)
        {
            if (joined.Count > 0 && first <= joined[^1].Last + 1)
                joined[^1] = (joined[^1].First, Math.Max(joined[^1].Last, last));
            else
                joined.Add((first, last));
        }
        return new IndexRanges(joined);
    }

    public IEnumerable<int> Indexes()
    {
        foreach (var (first, last) in Ranges)
        {
            for (var index = first; index <= last; index++)
                yield return index;
        }
    }

    /// <summary>How many messages.</summary>
    public int Count => Ranges.Sum(range => range.Last - range.First + 1);

    /// <summary>The first message alone, of some.</summary>
    public IndexRanges First() => new([(Ranges[0].First, Ranges[0].First)]);

    /// <summary>The last message alone, of some.</summary>
    public IndexRanges Last() => new([(Ranges[^1].Last, Ranges[^1].Last)]);

    /// <summary>So many messages, after so many others.</summary>
    public IndexRanges Slice(int skip, int count)
    {
        var slice = new List<(int, int)>();
        foreach (var (first, last) in Ranges)
        {
            var from = first + Math.Min(skip, last - first + 1);
            skip -= from - first;
            if (count == 0 || from > last)
                continue;
            var to = Math.Min(last, from + count - 1);
            slice.Add((from, to));
            count -= to - from + 1;
        }
        return new(slice);
    }

    /// <summary>The messages' numbers in IMAP's syntax: <c>1:4,7</c>.</summary>
    public string ToNumbers() =>
        string.Join(
            ',',
            Ranges.Select(range =>
                range.First == range.Last ? $"{range.First + 1}" : $"{range.First + 1}:{range.Last + 1}"
            )
        );

    /// <summary>The messages' UIDs and no others: a range of them may span some that are not there.</summary>
    public UidSet ToExactUids(SequenceView view) => UidSet.Of(Indexes().Select(view.Uid));

    /// <summary>The UIDs these messages span. Numbers between theirs belong to no message that the view knows.</summary>
    public UidSet ToUids(SequenceView view) =>
        UidSet.Of(Ranges.Select(range => (view.Uid(range.First), view.Uid(range.Last))));
}
