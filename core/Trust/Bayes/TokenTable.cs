using System.Buffers.Binary;

namespace Cloud.Trust.Bayes;

/// <summary>How often tokens were seen in junk and in other mail: a table of fixed size that keeps what comes back.</summary>
/// <remarks>
/// A token's hash names a set of eight entries and a tag of 16 bits within it: a stranger is mistaken for a known token once
/// in 8,000 times. In a set the entry trained last stands first. A new token takes the place of the one seen least, of
/// those the one trained longest ago: so mail full of random words pushes out nothing but words seen once.
/// </remarks>
sealed class TokenTable
{
    /// <summary>Sets; with <see cref="Ways"/> entries each of four octets they pack into 55 KB at most.</summary>
    public const int Sets = 1664;

    /// <summary>Entries of a set.</summary>
    public const int Ways = 8;

    /// <summary>Octets of the packed form at most.</summary>
    public const int MaxPacked = Sets * (1 + Ways * EntryLength);

    const int EntryLength = 4;

    readonly Entry[] entries = new Entry[Sets * Ways];

    public TokenTable() { }

    TokenTable(Entry[] entries) => this.entries = entries;

    public TokenTable Copy() => new((Entry[])entries.Clone());

    public int Count => entries.Count(entry => !entry.IsFree);

    public (int Spam, int Ham) Find(ulong hash)
    {
        var (set, tag) = Place(hash);
        foreach (var entry in entries.AsSpan(set, Ways))
        {
            if (entry.Tag == tag && !entry.IsFree)
                return (entry.Spam, entry.Ham);
        }

        return default;
    }

    /// <summary>Counts a token once more in a class.</summary>
    public void Add(ulong hash, JunkClass to)
    {
        var (start, tag) = Place(hash);
        var set = entries.AsSpan(start, Ways);
        var at = IndexOf(set, tag);
        var entry = at < 0 ? new Entry(tag, 0, 0) : set[at];
        if (at < 0)
            at = Weakest(set);
        set[..at].CopyTo(set[1..(at + 1)]);
        set[0] = entry.With(to, Math.Min(entry.Of(to) + 1, byte.MaxValue));
    }

    /// <summary>Takes back what <see cref="Add"/> did, as far as it is still there.</summary>
    public void Remove(ulong hash, JunkClass from)
    {
        var (start, tag) = Place(hash);
        var set = entries.AsSpan(start, Ways);
        var at = IndexOf(set, tag);
        if (at < 0)
            return;
        set[at] = set[at].With(from, Math.Max(set[at].Of(from) - 1, 0));
        if (!set[at].IsFree)
            return;
        set[(at + 1)..].CopyTo(set[at..]);
        set[^1] = default;
    }

    /// <summary>Halves a class's counts, rounded up: what was seen once stays until its place is needed.</summary>
    public void Halve(JunkClass of)
    {
        foreach (ref var entry in entries.AsSpan())
            entry = entry.With(of, (entry.Of(of) + 1) / 2);
    }

    public byte[] Pack()
    {
        var packed = new byte[MaxPacked];
        var at = 0;
        for (var set = 0; set < Sets; set++)
        {
            var used = Used(entries.AsSpan(set * Ways, Ways));
            packed[at++] = (byte)used.Length;
            foreach (var entry in used)
            {
                BinaryPrimitives.WriteUInt16LittleEndian(packed.AsSpan(at), entry.Tag);
                packed[at + 2] = entry.Spam;
                packed[at + 3] = entry.Ham;
                at += EntryLength;
            }
        }

        return packed[..at];
    }

    /// <returns>Null for octets that <see cref="Pack"/> did not write.</returns>
    public static TokenTable? Unpack(ReadOnlySpan<byte> packed)
    {
        var entries = new Entry[Sets * Ways];
        for (var set = 0; set < Sets; set++)
        {
            if (packed.IsEmpty || packed[0] > Ways || packed.Length < 1 + packed[0] * EntryLength)
                return null;
            var used = packed[0];
            packed = packed[1..];
            for (var way = 0; way < used; way++)
            {
                var tag = BinaryPrimitives.ReadUInt16LittleEndian(packed);
                entries[set * Ways + way] = new(tag, packed[2], packed[3]);
                packed = packed[EntryLength..];
            }
        }

        return packed.IsEmpty ? new(entries) : null;
    }

    static (int Start, ushort Tag) Place(ulong hash) => ((int)(hash % Sets) * Ways, (ushort)(hash >> 48));

    static ReadOnlySpan<Entry> Used(Span<Entry> set)
    {
        var count = Ways;
        while (count > 0 && set[count - 1].IsFree)
            count--;
        return set[..count];
    }

    static int IndexOf(Span<Entry> set, ushort tag)
    {
        for (var i = 0; i < set.Length; i++)
        {
            if (set[i].Tag == tag && !set[i].IsFree)
                return i;
        }

        return -1;
    }

    static int Weakest(Span<Entry> set)
    {
        var weakest = set.Length - 1;
        for (var i = weakest; i >= 0; i--)
        {
            if (set[i].Weight < set[weakest].Weight)
                weakest = i;
        }

        return weakest;
    }

    readonly record struct Entry(ushort Tag, byte Spam, byte Ham)
    {
        public bool IsFree => Spam == 0 && Ham == 0;

        public int Weight => Spam + Ham;

        public int Of(JunkClass mail) => mail == JunkClass.Spam ? Spam : Ham;

        public Entry With(JunkClass mail, int count) =>
            mail == JunkClass.Spam ? this with { Spam = (byte)count } : this with { Ham = (byte)count };
    }
}
