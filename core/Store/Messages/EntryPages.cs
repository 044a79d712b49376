using System.Collections;

namespace Cloud.Store.Messages;

/// <summary>A mailbox's entries by rising UID. Immutable: a change shares all pages that it does not touch.</summary>
/// <remarks>
/// So that a mailbox may be open in many sessions and lie in memory once, and that to open it costs nothing for each
/// message. A page holds at most 256 entries, 14 KiB, and is never empty.
/// </remarks>
public sealed class EntryPages : IReadOnlyList<MessageEntry>
{
    public static readonly EntryPages Empty = new([]);

    const int PageSize = 256;

    /// <summary>Octets of an entry in memory.</summary>
    const int EntryOctets = 56;

    /// <summary>Entries in a page, on average, below which pages are filled anew.</summary>
    const int Sparse = 32;

    readonly MessageEntry[][] pages;

    /// <summary>The index of each page's first entry.</summary>
    readonly int[] starts;

    EntryPages(MessageEntry[][] pages)
    {
        this.pages = pages;
        starts = new int[pages.Length];
        for (var i = 0; i < pages.Length; i++)
        {
            starts[i] = Count;
            Count += pages[i].Length;
        }
    }

    /// <param name="entries">By rising UID.</param>
    public static EntryPages Of(params IReadOnlyList<MessageEntry> entries)
    {
        if (entries.Count == 0)
            return Empty;
        var pages = new MessageEntry[(entries.Count + PageSize - 1) / PageSize][];
        for (var page = 0; page < pages.Length; page++)
        {
            var start = page * PageSize;
            pages[page] = new MessageEntry[Math.Min(PageSize, entries.Count - start)];
            for (var i = 0; i < pages[page].Length; i++)
                pages[page][i] = entries[start + i];
        }
        return new(pages);
    }

    public int Count { get; }

    /// <summary>0 when it is empty.</summary>
    public uint LastUid => Count == 0 ? 0 : pages[^1][^1].Uid;

    /// <summary>What it takes in memory, were nothing shared.</summary>
    public long MemoryOctets => Count * (long)EntryOctets + pages.Length * 36L;

    public ref readonly MessageEntry this[int index]
    {
        get
        {
            var page = PageAt(index);
            return ref pages[page][index - starts[page]];
        }
    }

    MessageEntry IReadOnlyList<MessageEntry>.this[int index] => this[index];

    /// <summary>Where this UID is; negative, the complement of where it would be, when it is not there.</summary>
    public int IndexOf(uint uid)
    {
        var page = PageOf(uid);
        if (page < 0)
            return ~0;
        var at = Search(pages[page], uid);
        return at >= 0 ? starts[page] + at : ~(starts[page] + ~at);
    }

    /// <summary>Whole pages with all that there is from one UID to another, both included.</summary>
    public EntryPages Between(uint first, uint last)
    {
        var from = Math.Max(PageOf(first), 0);
        var to = last < first ? -1 : PageOf(last);
        return from == 0 && to == pages.Length - 1 ? this
            : to < from ? Empty
            : new(pages[from..(to + 1)]);
    }

    /// <param name="entries">
    /// By rising UID: those that are there are replaced, later ones added, and others, which went meanwhile, left out.
    /// </param>
    public EntryPages With(IReadOnlyList<MessageEntry> entries)
    {
        if (entries.Count == 0)
            return this;
        var changed = new PageEdit(pages);
        var last = LastUid;
        foreach (var entry in entries)
        {
            if (entry.Uid > last)
            {
                changed.Append(entry);
                last = entry.Uid;
            }
            else if (PageOf(entry.Uid) is >= 0 and var page && Search(pages[page], entry.Uid) is >= 0 and var at)
            {
                changed.Replace(page, at, entry);
            }
        }
        return new(changed.ToPages());
    }

    public EntryPages Without(UidSet uids)
    {
        var left = new List<MessageEntry[]>(pages.Length);
        foreach (var page in pages)
        {
            if (!uids.Overlaps(page[0].Uid, page[^1].Uid))
                left.Add(page);
            else if (Array.FindAll(page, entry => !uids.Contains(entry.Uid)) is { Length: > 0 } some)
                left.Add(some.Length == page.Length ? page : some);
        }
        var rest = new EntryPages([.. left]);
        return rest.pages.Length > 4 && rest.Count < rest.pages.Length * Sparse ? Of(rest) : rest;
    }

    /// <summary>The same entries, with the other's pages where they are alike, so that these lie in memory once.</summary>
    public EntryPages Sharing(EntryPages other)
    {
        var (mine, differs) = (default(MessageEntry[][]), pages.Length != other.pages.Length);
        for (var page = 0; page < pages.Length; page++)
        {
            if (page < other.pages.Length && ReferenceEquals(pages[page], other.pages[page]))
                continue;
            var at = other.PageOf(pages[page][0].Uid);
            differs |= at != page;
            if (at >= 0 && pages[page].AsSpan().SequenceEqual(other.pages[at]))
                (mine ??= [.. pages])[page] = other.pages[at];
            else
                differs = true;
        }
        return !differs ? other
            : mine is null ? this
            : new(mine);
    }

    public IEnumerator<MessageEntry> GetEnumerator()
    {
        foreach (var page in pages)
        {
            foreach (var entry in page)
                yield return entry;
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Where all pages are full, as they are until something is removed, the first guess is right.</summary>
    int PageAt(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
        var guess = Math.Min(index / PageSize, pages.Length - 1);
        if (index - starts[guess] is >= 0 and var rest && rest < pages[guess].Length)
            return guess;
        var at = Array.BinarySearch(starts, index);
        return at >= 0 ? at : ~at - 1;
    }

    /// <summary>The page that has this UID if any has; -1 before the first.</summary>
    int PageOf(uint uid)
    {
        var (low, high) = (0, pages.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (pages[middle][0].Uid <= uid)
                low = middle + 1;
            else
                high = middle - 1;
        }
        return high;
    }

    static int Search(MessageEntry[] page, uint uid)
    {
        var (low, high) = (0, page.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (page[middle].Uid == uid)
                return middle;
            if (page[middle].Uid < uid)
                low = middle + 1;
            else
                high = middle - 1;
        }
        return ~low;
    }

    /// <summary>Pages under change: each is copied at its first.</summary>
    struct PageEdit(MessageEntry[][] pages)
    {
        readonly MessageEntry[][] edited = [.. pages];
        List<MessageEntry>? added;

        public readonly void Replace(int page, int at, in MessageEntry entry)
        {
            if (ReferenceEquals(edited[page], pages[page]))
                edited[page] = [.. pages[page]];
            edited[page][at] = entry;
        }

        public void Append(in MessageEntry entry) => (added ??= []).Add(entry);

        public readonly MessageEntry[][] ToPages()
        {
            if (added is null)
                return edited;
            if (edited.Length == 0)
                return Of(added).pages;
            var room = Math.Min(PageSize - edited[^1].Length, added.Count);
            edited[^1] = [.. edited[^1], .. added[..room]];
            return [.. edited, .. Of(added[room..]).pages];
        }
    }
}
