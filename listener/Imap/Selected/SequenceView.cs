using System.Runtime.InteropServices;
using Cloud.Store;
using Cloud.Store.Messages;

namespace Cloud.Listener.Imap.Selected;

/// <summary>A mailbox as one session's client knows it: sequence number to UID, and what it is still to be told.</summary>
/// <remarks>
/// Invariants: UIDs rise with the index; the sequence number is the index plus one. What the store says goes in by
/// <see cref="Apply"/>; what the client must hear comes out by the three Take methods, in their order here: expunges,
/// then the count, then flags. A message that is gone keeps its number until its expunge has been taken (RFC 9051
/// §7.5.1), so numbers never move under a client that is not looking. 50 octets a message: 100,000 take 5 MB.
/// </remarks>
sealed class SequenceView
{
    uint[] uids;
    Row[] rows;
    readonly HashSet<uint> changed = [];
    HashSet<uint>? touched;
    int announced;
    int gone;

    SequenceView(int capacity)
    {
        uids = new uint[capacity];
        rows = new Row[capacity];
    }

    /// <summary>Messages, also those that are gone but not yet told.</summary>
    public int Count { get; private set; }

    /// <summary>Messages with \Recent in this session.</summary>
    public int Recent { get; private set; }

    /// <summary>0 in an empty mailbox.</summary>
    public uint LastUid => Count == 0 ? 0 : uids[Count - 1];

    public IndexRanges All => Count == 0 ? IndexRanges.None : new IndexRanges([(0, Count - 1)]);

    /// <summary>A mailbox as it was opened; its client is told right away.</summary>
    /// <param name="firstRecent">Messages from this UID on are \Recent here.</param>
    public static SequenceView Of(IReadOnlyList<MessageEntry> entries, uint firstRecent)
    {
        var view = new SequenceView(entries.Count);
        for (var i = 0; i < entries.Count; i++)
            view.Append(entries[i], entries[i].Uid >= firstRecent);
        view.announced = view.Count;
        return view;
    }

    public uint Uid(int index) => uids[index];

    public bool IsRecent(int index) => rows[index].Is(Mark.Recent);

    public MessageEntry this[int index] => rows[index].ToEntry(uids[index]);

    public MessageFlags Flags(int index) => rows[index].Flags;

    public ulong Keywords(int index) => rows[index].Keywords;

    public ulong ModSeq(int index) => rows[index].ModSeq;

    /// <summary>Messages are gone that the client has not been told of.</summary>
    public bool HasGone => gone > 0;

    /// <summary>Messages that the client was told of.</summary>
    public int Announced => announced;

    /// <summary>UIDs of the messages that are gone, and that the client has not been told of.</summary>
    public UidSet Gone() => UidSet.Of(Enumerable.Range(0, Count).Where(index => rows[index].Is(Mark.Gone)).Select(Uid));

    /// <summary>From now on what comes and what changes is noted, whoever did it.</summary>
    public void TrackTouched() => touched ??= [];

    /// <summary>UIDs of what has come and changed since the last time.</summary>
    public UidSet TakeTouched()
    {
        if (touched is not { Count: > 0 })
            return UidSet.Empty;
        var taken = UidSet.Of(touched);
        touched.Clear();
        return taken;
    }

    /// <summary>Those of the messages that have changed after this mod-sequence.</summary>
    public IndexRanges ChangedSince(IndexRanges among, ulong modSeq) =>
        IndexRanges.Of([
            .. among.Indexes().Where(index => rows[index].ModSeq > modSeq).Select(index => (index, index)),
        ]);

    /// <summary>Where this UID is; negative, the complement of where it would be, when it is not there.</summary>
    public int IndexOf(uint uid) => Array.BinarySearch(uids, 0, Count, uid);

    /// <summary>The messages a set of UIDs names; numbers that no message has are passed over.</summary>
    public IndexRanges FindUids(IEnumerable<(uint First, uint Last)> ranges)
    {
        var found = new List<(int, int)>();
        foreach (var (from, to) in ranges)
        {
            var first = IndexOf(from) is var a && a < 0 ? ~a : a;
            var last = IndexOf(to) is var b && b < 0 ? ~b - 1 : b;
            if (first <= last)
                found.Add((first, last));
        }
        return IndexRanges.Of(found);
    }

    /// <summary>Takes over what a sync or a command of our own brought.</summary>
    /// <param name="entries">New and changed ones, sorted by UID.</param>
    /// <param name="firstRecent">New messages from this UID on are \Recent here.</param>
    public void Apply(IReadOnlyList<MessageEntry> entries, UidSet vanished, uint firstRecent)
    {
        foreach (var entry in entries)
        {
            touched?.Add(entry.Uid);
            if (Count == 0 || entry.Uid > uids[Count - 1])
                Append(entry, entry.Uid >= firstRecent);
            else if (IndexOf(entry.Uid) is >= 0 and var index && Replace(index, entry))
                changed.Add(entry.Uid);
        }

        foreach (var index in FindUids(vanished.Ranges).Indexes())
        {
            if (rows[index].Is(Mark.Gone))
                continue;
            rows[index].Marks |= Mark.Gone;
            gone++;
        }
    }

    /// <summary>The client has not heard yet of this message's flags.</summary>
    public bool HasChange(uint uid) => changed.Contains(uid);

    /// <summary>The client hears of this message's flags in another way, or has asked not to.</summary>
    public void ForgetChange(uint uid) => changed.Remove(uid);

    /// <summary>Removes what is gone. Each number is right at its turn: the ones before it have been taken out already.</summary>
    /// <returns>Only those that the client knows of.</returns>
    public IReadOnlyList<(int Number, uint Uid)> TakeExpunges()
    {
        if (gone == 0)
            return [];
        var taken = new List<(int, uint)>(gone);
        var kept = 0;
        var known = announced;
        for (var i = 0; i < Count; i++)
        {
            if (!rows[i].Is(Mark.Gone))
            {
                (uids[kept], rows[kept]) = (uids[i], rows[i]);
                kept++;
                continue;
            }
            if (i < known)
            {
                taken.Add((kept + 1, uids[i]));
                announced--;
            }
            Recent -= rows[i].Is(Mark.Recent) ? 1 : 0;
            changed.Remove(uids[i]);
        }
        (Count, gone) = (kept, 0);
        return taken;
    }

    /// <returns>True when there are more messages than the client was told.</returns>
    public bool TakeExists()
    {
        if (announced == Count)
            return false;
        announced = Count;
        return true;
    }

    /// <summary>Indexes of the messages whose flags have changed, rising.</summary>
    public IReadOnlyList<int> TakeChanges()
    {
        if (changed.Count == 0)
            return [];
        var indexes = new List<int>(changed.Count);
        foreach (var uid in changed)
        {
            if (IndexOf(uid) is >= 0 and var index && !rows[index].Is(Mark.Gone))
                indexes.Add(index);
        }
        changed.Clear();
        indexes.Sort();
        return indexes;
    }

    void Append(in MessageEntry entry, bool recent)
    {
        if (Count == uids.Length)
        {
            var larger = Count + Math.Max(16, Count / 8);
            Array.Resize(ref uids, larger);
            Array.Resize(ref rows, larger);
        }
        uids[Count] = entry.Uid;
        rows[Count] = Row.From(entry, recent ? Mark.Recent : Mark.None);
        Count++;
        Recent += recent ? 1 : 0;
    }

    /// <returns>True when flags differ: nothing else of an entry is told unasked.</returns>
    bool Replace(int index, in MessageEntry entry)
    {
        var old = rows[index];
        rows[index] = Row.From(entry, old.Marks);
        return old.Flags != entry.Flags || old.Keywords != entry.Keywords;
    }

    [Flags]
    enum Mark : byte
    {
        None = 0,
        Recent = 1,
        Gone = 2,
    }

    /// <summary>A <see cref="MessageEntry"/> without its UID and without padding: there are many.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    struct Row
    {
        public ulong Keywords;
        public MessageFlags Flags;
        public Mark Marks;
        public ulong ModSeq;
        ulong email;
        uint size;
        long received;
        long saved;

        public readonly bool Is(Mark mark) => Marks.HasFlag(mark);

        public static Row From(in MessageEntry entry, Mark marks) =>
            new()
            {
                Keywords = entry.Keywords,
                Flags = entry.Flags,
                Marks = marks,
                ModSeq = entry.ModSeq,
                email = entry.Email.Value,
                size = (uint)Math.Min(entry.Size, uint.MaxValue), // A message is at most 50 MiB.
                received = entry.Received,
                saved = entry.Saved,
            };

        public readonly MessageEntry ToEntry(uint uid) =>
            new(uid, Flags, ModSeq, Keywords, new EmailId(email), size, received, saved);
    }
}
