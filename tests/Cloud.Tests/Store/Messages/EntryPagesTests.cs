using System.Runtime.CompilerServices;
using Cloud.Store;
using Cloud.Store.Messages;

namespace Cloud.Tests.Store.Messages;

public sealed class EntryPagesTests
{
    /// <summary>Whatever is changed, they hold what a plain list would, and what was there before stays as it was.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void They_are_as_a_list_would_be(int seed)
    {
        var random = new Random(seed);
        var nextUid = 1u;
        var list = new List<MessageEntry>();
        var pages = EntryPages.Empty;
        for (var step = 0; step < 400; step++)
        {
            var (before, copy) = (pages, list.ToList());
            if (random.Next(3) > 0)
                Change(random, ref nextUid, list, ref pages);
            else
                Remove(random, list, ref pages);
            Assert.Equal(list, pages);
            Assert.Equal(list, pages.Sharing(random.Next(2) == 0 ? before : EntryPages.Of(list)));
            Assert.Equal(copy, before);
            Assert.Equal(list.Count == 0 ? 0 : list[^1].Uid, pages.LastUid);
            for (var tries = 0; tries < 20; tries++)
            {
                var uid = (uint)random.Next((int)nextUid + 3);
                Assert.Equal(list.BinarySearch(Entry(uid), ByUid), pages.IndexOf(uid));
                if (list.Count > 0 && random.Next(list.Count) is var index)
                    Assert.Equal(list[index], pages[index]);
            }
            var (first, last) = ((uint)random.Next((int)nextUid), (uint)random.Next((int)nextUid + 300));
            var part = pages.Between(first, last);
            Assert.Equal(Within(list, first, last), Within(part, first, last));
            Assert.InRange(part.Count, 0, Within(list, first, last).Count() + 510);
        }
    }

    [Fact]
    public void Pages_that_are_alike_are_shared()
    {
        var (mine, others) = (Many(1000), Many(1000));
        Assert.Same(others, mine.Sharing(others));
        var changed = mine.With([Entry(300) with { Flags = MessageFlags.Seen }, Entry(1001)]);
        var shared = changed.Sharing(others);
        Assert.Equal(changed, shared);
        var alike = Enumerable.Range(0, 1000).Where(i => Unsafe.AreSame(in shared[i], in others[i])).ToList();
        Assert.Equal([.. Enumerable.Range(0, 256), .. Enumerable.Range(512, 256)], alike); // the pages of neither change
        Assert.Same(changed, changed.Sharing(EntryPages.Empty));
    }

    [Fact]
    public void There_is_no_message_beyond_the_last()
    {
        var pages = EntryPages.Of(Entry(1), Entry(2));
        Assert.Throws<ArgumentOutOfRangeException>(() => pages[2]);
        Assert.Throws<ArgumentOutOfRangeException>(() => pages[-1]);
        Assert.Throws<ArgumentOutOfRangeException>(() => EntryPages.Empty[0]);
    }

    /// <summary>Pages that have become sparse are filled anew, or a mailbox that is cleared day by day would be all pages.</summary>
    [Fact]
    public void What_is_left_of_many_pages_takes_little_memory()
    {
        var pages = Many(100_000);
        var rest = pages.Without(UidSet.Of(Enumerable.Range(1, 100_000).Where(n => n % 200 > 0).Select(n => (uint)n)));
        Assert.Equal(500, rest.Count);
        Assert.InRange(rest.MemoryOctets, 500 * 56, 500 * 56 + 100);
    }

    static EntryPages Many(int count) => EntryPages.Of([.. Enumerable.Range(1, count).Select(uid => Entry((uint)uid))]);

    static void Change(Random random, ref uint nextUid, List<MessageEntry> list, ref EntryPages pages)
    {
        var changes = new List<MessageEntry>();
        foreach (var index in Enumerable.Range(0, list.Count).Where(_ => random.Next(30) == 0))
            changes.Add(list[index] = list[index] with { Flags = (MessageFlags)random.Next(32), ModSeq = nextUid });
        for (var count = random.Next(2) == 0 ? random.Next(3) : random.Next(600); count > 0; count--)
        {
            nextUid += (uint)random.Next(1, 3);
            changes.Add(Entry(nextUid));
            list.Add(Entry(nextUid));
        }
        pages = pages.With(changes);
    }

    static void Remove(Random random, List<MessageEntry> list, ref EntryPages pages)
    {
        var share = random.Next(2, 10);
        var gone = list.Where(_ => random.Next(share) == 0).Select(entry => entry.Uid).ToHashSet();
        list.RemoveAll(entry => gone.Contains(entry.Uid));
        pages = pages.Without(UidSet.Of(gone.Append(99_999_999u)));
    }

    static IEnumerable<MessageEntry> Within(IEnumerable<MessageEntry> entries, uint first, uint last) =>
        entries.Where(entry => entry.Uid >= first && entry.Uid <= last);

    static readonly Comparer<MessageEntry> ByUid = Comparer<MessageEntry>.Create((a, b) => a.Uid.CompareTo(b.Uid));

    static MessageEntry Entry(uint uid) => new(uid, MessageFlags.None, 1, 0, new EmailId(uid), 100, 0, 0);
}
