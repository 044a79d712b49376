using Cloud.Listener.Imap.Selected;
using Cloud.Store;
using Cloud.Store.Messages;

namespace Cloud.Tests.Listener.Imap;

public sealed class SequenceViewTests
{
    [Fact]
    public void Numbers_stay_until_the_expunge_is_told()
    {
        var view = View(1, 3, 5, 7);
        view.Apply([], UidSet.Of(3, 5), uint.MaxValue);
        Assert.Equal((4, 7u), (view.Count, view.Uid(3)));
        Assert.True(view.HasGone);
        Assert.Equal([(2, 3u), (2, 5u)], view.TakeExpunges());
        Assert.False(view.HasGone);
        Assert.Equal([1u, 7u], Uids(view));
        Assert.Empty(view.TakeExpunges());
    }

    [Fact]
    public void New_messages_are_counted_once()
    {
        var view = View(1, 2);
        view.Apply([Entry(4), Entry(9)], UidSet.Empty, 9);
        Assert.True(view.TakeExists());
        Assert.False(view.TakeExists());
        Assert.Equal((4, 1), (view.Count, view.Recent));
        Assert.True(view.IsRecent(3));
    }

    [Fact]
    public void A_message_that_went_before_it_was_told_is_never_told()
    {
        var view = View(1);
        view.Apply([Entry(2)], UidSet.Empty, uint.MaxValue);
        view.Apply([], UidSet.Of(2), uint.MaxValue);
        Assert.Empty(view.TakeExpunges());
        Assert.False(view.TakeExists());
    }

    [Fact]
    public void Only_changed_flags_are_told_and_only_once()
    {
        var view = View(1, 2, 3);
        view.Apply([Entry(1), Entry(2, MessageFlags.Seen), Entry(3, MessageFlags.Draft)], UidSet.Empty, uint.MaxValue);
        view.ForgetChange(3);
        Assert.Equal([1], view.TakeChanges());
        Assert.Empty(view.TakeChanges());
        Assert.Equal(MessageFlags.Draft, view.Flags(2));
    }

    [Theory]
    [InlineData("1:3", "1 3")]
    [InlineData("2", "")]
    [InlineData("4:4294967295", "5 7")]
    [InlineData("7:7", "7")]
    [InlineData("1:1,5:5", "1 5")]
    public void Uids_that_are_not_there_are_passed_over(string set, string found)
    {
        var view = View(1, 3, 5, 7);
        var ranges = set.Split(',')
            .Select(range => range.Split(':'))
            .Select(ends => (uint.Parse(ends[0]), uint.Parse(ends[^1])));
        Assert.Equal(found, string.Join(' ', view.FindUids(ranges).Indexes().Select(view.Uid)));
    }

    [Fact]
    public void What_is_in_an_entry_comes_out_again()
    {
        var entry = new MessageEntry(9, MessageFlags.Seen, ulong.MaxValue, 1UL << 63, new EmailId(7), 12, -5, 3);
        Assert.Equal(entry, SequenceView.Of(EntryPages.Of(entry), 1)[0]);
    }

    /// <summary>A session that sees one change of a mailbox that others have open too holds little of its own.</summary>
    [Fact]
    public void A_hundred_thousand_messages_lie_in_memory_once()
    {
        var entries = EntryPages.Of([.. Enumerable.Range(1, 100_000).Select(i => Entry((uint)i))]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var view = SequenceView.Of(entries, uint.MaxValue);
        view.Apply([Entry(50_000, MessageFlags.Seen), Entry(100_001)], UidSet.Of(7), uint.MaxValue);
        Assert.Single(view.TakeExpunges());
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 100_000);
        Assert.Equal((100_000, 8u, MessageFlags.Seen), (view.Count, view.Uid(6), view.Flags(49_998)));
    }

    /// <summary>
    /// A client that does only what it is told must know what the mailbox holds whenever all has been told, and its
    /// numbers must mean the same messages as the view's at any time.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_client_that_follows_what_it_is_told_is_right(int seed)
    {
        var random = new Random(seed);
        var mailbox = new SortedDictionary<uint, MessageFlags>();
        var client = new List<(uint Uid, MessageFlags Flags)>();
        var view = SequenceView.Of(EntryPages.Empty, 1);
        var nextUid = 1u;
        for (var step = 0; step < 3000; step++)
        {
            var changed = new SortedDictionary<uint, MessageEntry>();
            for (var i = random.Next(4); i > 0; i--, nextUid += (uint)random.Next(1, 4))
                changed[nextUid] = Entry(nextUid);
            foreach (var uid in mailbox.Keys.Where(_ => random.Next(8) == 0))
                changed[uid] = Entry(uid, (MessageFlags)random.Next(32));
            var vanished = mailbox.Keys.Where(_ => random.Next(10) == 0).ToList();
            foreach (var entry in changed.Values)
                mailbox[entry.Uid] = entry.Flags;
            foreach (var uid in vanished)
            {
                mailbox.Remove(uid);
                changed.Remove(uid);
            }

            view.Apply([.. changed.Values], UidSet.Of(vanished), 1);
            var expunges = random.Next(2) == 0;
            Announce(view, client, expunges);
            Assert.Equal(client.Select(known => known.Uid), Uids(view));
            Assert.Equal(view.Count, view.Recent);
            if (expunges)
                Assert.Equal(mailbox.Select(known => (known.Key, known.Value)), client);
        }
    }

    static void Announce(SequenceView view, List<(uint Uid, MessageFlags Flags)> client, bool expunges)
    {
        if (expunges)
        {
            foreach (var (number, uid) in view.TakeExpunges())
            {
                Assert.Equal(client[number - 1].Uid, uid);
                client.RemoveAt(number - 1);
            }
        }
        if (view.TakeExists())
        {
            for (var i = client.Count; i < view.Count; i++)
                client.Add((view.Uid(i), view.Flags(i)));
        }
        foreach (var index in view.TakeChanges())
            client[index] = (client[index].Uid, view.Flags(index));
    }

    static SequenceView View(params uint[] uids) =>
        SequenceView.Of(EntryPages.Of([.. uids.Select(uid => Entry(uid))]), uint.MaxValue);

    static IEnumerable<uint> Uids(SequenceView view) => Enumerable.Range(0, view.Count).Select(view.Uid);

    static MessageEntry Entry(uint uid, MessageFlags flags = MessageFlags.None) =>
        new(uid, flags, 1, 0, new EmailId(uid), 100, 0, 0);
}
