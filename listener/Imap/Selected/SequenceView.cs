using Cloud.Store;
using Cloud.Store.Messages;

namespace Cloud.Listener.Imap.Selected;

/// <summary>A mailbox as one session's client knows it: sequence number to UID, and what it is still to be told.</summary>
/// <remarks>
/// Invariants: UIDs rise with the index; the sequence number is the index plus one. What the store says goes in by
/// <see cref="Apply"/>; what the client must hear comes out by the three Take methods, in their order here: expunges,
/// then the count, then flags. A message that is gone keeps its number until its expunge has been taken (RFC 9051
/// §7.5.1), so numbers never move under a client that is not looking. The entries are shared with other sessions
/// (<see cref="SelectedEntries"/>).
/// </remarks>
sealed class SequenceView
{
    EntryPages entries;
    readonly HashSet<uint> changed = [];
    readonly HashSet<uint> gone = [];
    HashSet<uint>? touched;

    /// <summary>UIDs of messages with \Recent: rising ranges with no other message between their ends.</summary>
    readonly List<(uint First, uint Last)> recent = [];
    int announced;

    SequenceView(EntryPages entries) => this.entries = entries;

    /// <summary>Messages, also those that are gone but not yet told.</summary>
    public int Count => entries.Count;

    /// <summary>Messages with \Recent in this session.</summary>
    public int Recent { get; private set; }

    /// <summary>0 in an empty mailbox.</summary>
    public uint LastUid => entries.LastUid;

    public IndexRanges All => Count == 0 ? IndexRanges.None : new IndexRanges([(0, Count - 1)]);

    /// <summary>A mailbox as it was opened; its client is told right away.</summary>
    /// <param name="firstRecent">Messages from this UID on are \Recent here.</param>
    public static SequenceView Of(EntryPages entries, uint firstRecent)
    {
        var view = new SequenceView(entries) { announced = entries.Count };
        view.NoteRecent(0, firstRecent);
        return view;
    }

    public uint Uid(int index) => entries[index].Uid;

    public bool IsRecent(int index) => Recent > 0 && IsRecent(Uid(index));

    public ref readonly MessageEntry this[int index] => ref entries[index];

    public MessageFlags Flags(int index) => entries[index].Flags;

    public ulong Keywords(int index) => entries[index].Keywords;

    public ulong ModSeq(int index) => entries[index].ModSeq;

    /// <summary>Messages are gone that the client has not been told of.</summary>
    public bool HasGone => gone.Count > 0;

    /// <summary>Messages that the client was told of.</summary>
    public int Announced => announced;

    /// <summary>UIDs of the messages that are gone, and that the client has not been told of.</summary>
    public UidSet Gone() => UidSet.Of(gone);

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
        IndexRanges.Of([.. among.Indexes().Where(index => ModSeq(index) > modSeq).Select(index => (index, index))]);

    /// <summary>Where this UID is; negative, the complement of where it would be, when it is not there.</summary>
    public int IndexOf(uint uid) => entries.IndexOf(uid);

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
    public void Apply(IReadOnlyList<MessageEntry> news, UidSet vanished, uint firstRecent)
    {
        var known = Count;
        foreach (var entry in news)
        {
            touched?.Add(entry.Uid);
            if (IndexOf(entry.Uid) is >= 0 and var index && TellsOtherFlags(entry, entries[index]))
                changed.Add(entry.Uid);
        }
        entries = entries.With(news);
        NoteRecent(known, firstRecent);
        foreach (var index in FindUids(vanished.Ranges).Indexes())
            gone.Add(Uid(index));
    }

    /// <summary>Has what other sessions hold, too, in memory once; not while something that is gone is still here.</summary>
    /// <param name="revision">The account's, up to which the view has everything.</param>
    public void Share(SelectedEntries shared, ulong revision)
    {
        if (!HasGone)
            entries = shared.Share(revision, entries);
    }

    /// <summary>The client has not heard yet of this message's flags.</summary>
    public bool HasChange(uint uid) => changed.Contains(uid);

    /// <summary>The client hears of this message's flags in another way, or has asked not to.</summary>
    public void ForgetChange(uint uid) => changed.Remove(uid);

    /// <summary>Removes what is gone. Each number is right at its turn: the ones before it have been taken out already.</summary>
    /// <returns>Only those that the client knows of.</returns>
    public IReadOnlyList<(int Number, uint Uid)> TakeExpunges()
    {
        if (gone.Count == 0)
            return [];
        var taken = new List<(int, uint)>(gone.Count);
        var known = announced;
        var before = 0;
        foreach (var uid in gone.Order())
        {
            var index = IndexOf(uid);
            if (index < known)
            {
                taken.Add((index - before + 1, uid));
                announced--;
            }
            before++;
            Recent -= IsRecent(uid) ? 1 : 0;
            changed.Remove(uid);
        }
        entries = entries.Without(UidSet.Of(gone));
        gone.Clear();
        if (Recent == 0)
            recent.Clear();
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
            if (IndexOf(uid) is >= 0 and var index && !gone.Contains(uid))
                indexes.Add(index);
        }
        changed.Clear();
        indexes.Sort();
        return indexes;
    }

    /// <summary>Those from an index on are new here.</summary>
    void NoteRecent(int start, uint firstRecent)
    {
        if (LastUid < firstRecent)
            return;
        start = Math.Max(start, IndexOf(firstRecent) is var first && first < 0 ? ~first : first);
        if (start == Count)
            return;
        Recent += Count - start;
        if (start > 0 && IsRecent(Uid(start - 1)))
            recent[^1] = (recent[^1].First, LastUid);
        else
            recent.Add((Uid(start), LastUid));
    }

    bool IsRecent(uint uid)
    {
        var at = recent.FindLastIndex(range => range.First <= uid);
        return at >= 0 && uid <= recent[at].Last;
    }

    /// <summary>Nothing else of an entry is told unasked.</summary>
    static bool TellsOtherFlags(in MessageEntry now, in MessageEntry before) =>
        now.Flags != before.Flags || now.Keywords != before.Keywords;
}
