using Cloud.Store.Messages;

namespace Cloud.Tests.Store.Messages;

public sealed class UidSetTests
{
    [Fact]
    public void Sets_meet_and_are_taken_from_each_other_as_their_numbers_are()
    {
        var random = new Random(7);
        for (var round = 0; round < 2000; round++)
        {
            var (one, two) = (Numbers(random), Numbers(random));
            Assert.Equal(UidSet.Of(one.Intersect(two)).ToString(), UidSet.Of(one).Intersect(UidSet.Of(two)).ToString());
            Assert.Equal(UidSet.Of(one.Except(two)).ToString(), UidSet.Of(one).Except(UidSet.Of(two)).ToString());
        }
    }

    [Fact]
    public void The_last_number_there_is_takes_part()
    {
        Assert.Equal("1:4294967294", UidSet.All.Except(UidSet.Of(uint.MaxValue)).ToString());
        Assert.Equal("4294967295", UidSet.All.Intersect(UidSet.Of(uint.MaxValue)).ToString());
        Assert.True(UidSet.All.Except(UidSet.All).IsEmpty);
        Assert.Equal("1:4294967295", UidSet.All.Except(UidSet.Empty).ToString());
    }

    static HashSet<uint> Numbers(Random random) =>
        [.. Enumerable.Range(0, random.Next(12)).Select(_ => (uint)random.Next(1, 24))];

    [Fact]
    public void A_set_of_pages_keeps_the_first_when_another_goes()
    {
        var pages = UidSet.Of(0, 1, 2, 5);
        Assert.Equal([(0u, 1u), (5u, 5u)], pages.Without(2).Ranges);
        Assert.Equal([(1u, 2u), (5u, 5u)], pages.Without(0).Ranges);
        Assert.Equal([(0u, 2u)], pages.Except(UidSet.Of(5)).Ranges);
    }
}
