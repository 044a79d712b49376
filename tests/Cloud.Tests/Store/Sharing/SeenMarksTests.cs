using Cloud.Store;
using Cloud.Store.Messages;
using Cloud.Store.Ports;
using Cloud.Store.Sharing;

namespace Cloud.Tests.Store.Sharing;

public sealed class SeenMarksTests
{
    static MessageEntry Entry(uint uid, MessageFlags flags = MessageFlags.None, ulong modSeq = 1) =>
        new(uid, flags, modSeq, 0, new(uid), 1, 1, 1);

    [Fact]
    public void Seen_is_the_readers_and_all_other_flags_are_the_entrys()
    {
        var marks = SeenMarks.None.With(UidSet.Of(2), UidSet.Empty, 7);
        Assert.Equal(MessageFlags.Flagged, marks.Of(Entry(1, MessageFlags.Seen | MessageFlags.Flagged)).Flags);
        Assert.Equal(MessageFlags.Seen | MessageFlags.Flagged, marks.Of(Entry(2, MessageFlags.Flagged)).Flags);
        Assert.Equal(
            (1ul, 7ul, 9ul),
            (marks.Of(Entry(1)).ModSeq, marks.Of(Entry(2)).ModSeq, marks.Of(Entry(2, modSeq: 9)).ModSeq)
        );
    }

    [Fact]
    public void A_change_is_never_forgotten_however_many_follow()
    {
        var marks = SeenMarks.None;
        var changed = new Dictionary<uint, ulong>();
        for (var revision = 1u; revision <= 500; revision++)
        {
            var uid = revision * 7 % 100 + 1;
            marks =
                revision % 3 == 0
                    ? marks.With(UidSet.Empty, UidSet.Of(uid), revision)
                    : marks.With(UidSet.Of(uid), UidSet.Empty, revision);
            changed[uid] = revision;
            marks = SeenMarks.Unpack(marks.Pack());
            Assert.InRange(marks.Changes.Count, 1, SeenMarks.MaxChanges);
        }
        foreach (var (uid, revision) in changed)
        {
            Assert.True(marks.ChangedSince(revision - 1).Contains(uid));
            Assert.Equal(revision % 3 != 0, marks.Seen.Contains(uid));
            Assert.InRange(marks.Of(Entry(uid)).ModSeq, revision, 500ul);
        }
        Assert.True(marks.ChangedSince(500).IsEmpty);
        // The newest are told one by one.
        Assert.Equal(1ul, marks.ChangedSince(499).Count);
    }

    [Fact]
    public void However_scattered_they_are_they_fit_a_row()
    {
        var scattered = UidSet.Of(Enumerable.Range(1, SeenMarks.MaxRanges + 1000).Select(i => (uint)i * 20_000));
        var marks = SeenMarks.None.With(scattered, UidSet.Empty, 1);
        Assert.InRange(marks.Seen.Ranges.Count, 1, SeenMarks.MaxRanges);
        Assert.Contains(scattered.Ranges[^1], marks.Seen.Ranges);
        var row = SeenRows.ToRow(marks);
        var transaction = new RowTransaction("p").Upsert(SeenRows.Key(new(1), new("reader")), row);
        Assert.Single(transaction.Changes);
        Assert.Equal(marks.Seen.ToString(), SeenRows.From(row).Seen.ToString());
    }
}
