using Cloud.Store.Messages;
using Cloud.Store.Packing;

namespace Cloud.Store.Sharing;

/// <summary>What one reader of another's mailbox has seen of it. The entries' own \Seen is the owner's. Immutable.</summary>
/// <param name="Seen">UIDs; those of messages that are gone may be among them.</param>
/// <param name="Changes">
/// Which marks changed when, rising; each UID at most once. The oldest are joined under the later one's mod-sequence: a
/// client may be told of a change that it knows, but never miss one.
/// </param>
sealed record SeenMarks(UidSet Seen, IReadOnlyList<(ulong ModSeq, UidSet Uids)> Changes)
{
    public static readonly SeenMarks None = new(UidSet.Empty, []);

    /// <summary>Changes kept apart: a client that was away for more is told of some twice.</summary>
    public const int MaxChanges = 64;

    /// <summary>Ranges of seen UIDs, at some six octets, that fit the row: below the newest so many, gaps count as seen.</summary>
    public const int MaxRanges = 50_000;

    /// <summary>Ranges in one change: with all the others, some 700 KB of a row's 1 MiB; of more, all between the first and the last counts as changed.</summary>
    public const int MaxChangeRanges = 1_000;

    const byte Version = 1;

    /// <summary>The last change's mod-sequence; 0 where there was none.</summary>
    public ulong Last => Changes.Count == 0 ? 0 : Changes[^1].ModSeq;

    /// <summary>An entry as the reader sees it.</summary>
    public MessageEntry Of(MessageEntry entry)
    {
        var flags = entry.Flags & ~MessageFlags.Seen;
        if (Seen.Contains(entry.Uid))
            flags |= MessageFlags.Seen;
        return entry with { Flags = flags, ModSeq = Math.Max(entry.ModSeq, ChangedAt(entry.Uid)) };
    }

    /// <summary>UIDs whose marks have changed after a mod-sequence.</summary>
    public UidSet ChangedSince(ulong modSeq) =>
        UidSet.Of(Changes.Where(change => change.ModSeq > modSeq).SelectMany(change => change.Uids.Ranges));

    public SeenMarks With(UidSet seen, UidSet unseen, ulong modSeq)
    {
        var touched = UidSet.Of(seen.Ranges.Concat(unseen.Ranges));
        var changes = new List<(ulong ModSeq, UidSet Uids)>(Changes.Count + 1);
        foreach (var change in Changes)
        {
            if (change.Uids.Except(touched) is { IsEmpty: false } left)
                changes.Add((change.ModSeq, left));
        }
        changes.Add((modSeq, Bounded(touched)));
        while (changes.Count > MaxChanges)
        {
            var joined = UidSet.Of(changes[0].Uids.Ranges.Concat(changes[1].Uids.Ranges));
            changes[1] = (changes[1].ModSeq, Bounded(joined));
            changes.RemoveAt(0);
        }
        var marks = UidSet.Of(Seen.Except(unseen).Ranges.Concat(seen.Ranges));
        return new(WithoutOldGaps(marks), changes);
    }

    public byte[] Pack()
    {
        var writer = new PackWriter(64);
        writer.Byte(Version);
        writer.Uids(Seen);
        var last = 0UL;
        foreach (var (modSeq, uids) in Changes)
        {
            writer.Varint(modSeq - last);
            writer.Uids(uids);
            last = modSeq;
        }
        return writer.ToArray();
    }

    /// <exception cref="Ports.StoreException">Damaged.</exception>
    public static SeenMarks Unpack(ReadOnlySpan<byte> packed)
    {
        var reader = new PackReader(packed);
        reader.ExpectVersion(Version);
        var seen = reader.Uids();
        var changes = new List<(ulong, UidSet)>();
        var last = 0UL;
        while (!reader.AtEnd)
        {
            last += reader.Varint();
            changes.Add((last, reader.Uids()));
        }
        return new(seen, changes);
    }

    ulong ChangedAt(uint uid)
    {
        for (var at = Changes.Count - 1; at >= 0; at--)
        {
            if (Changes[at].Uids.Contains(uid))
                return Changes[at].ModSeq;
        }
        return 0;
    }

    static UidSet Bounded(UidSet uids) =>
        uids.Ranges.Count <= MaxChangeRanges ? uids : UidSet.Of([(uids.Ranges[0].First, uids.Ranges[^1].Last)]);

    static UidSet WithoutOldGaps(UidSet uids)
    {
        var over = uids.Ranges.Count - MaxRanges;
        return over <= 0
            ? uids
            : UidSet.Of(uids.Ranges.Skip(over + 1).Prepend((uids.Ranges[0].First, uids.Ranges[over].Last)));
    }
}
