using System.Net;
using Cloud.Tests.Fakes;
using Cloud.Wire.Limits;

namespace Cloud.Tests.Wire.Limits;

public sealed class LimitTests
{
    static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    readonly ManualClock clock = new();

    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7", "192.0.2.0/24")]
    [InlineData("::ffff:192.0.2.7", "192.0.2.7", "192.0.2.0/24")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", "2001:db8:1::/48")]
    public void Addresses_count_by_subscriber_and_by_network(string address, string subscriber, string network)
    {
        Assert.Equal(subscriber, AddressKey.Subscriber(IPAddress.Parse(address)).ToString());
        Assert.Equal(network, AddressKey.Network(IPAddress.Parse(address)).ToString());
    }

    [Theory]
    [InlineData("10.0.0.0/8", "10.1.2.3", true)]
    [InlineData("10.0.0.0/8", "::ffff:10.1.2.3", true)]
    [InlineData("10.0.0.0/8", "11.1.2.3", false)]
    [InlineData("10.1.2.3/8", "10.9.9.9", true)]
    [InlineData("192.0.2.1", "192.0.2.1", true)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    [InlineData("0.0.0.0/0", "203.0.113.1", true)]
    [InlineData("0.0.0.0/0", "2001:db8::1", false)]
    [InlineData("::/0", "2001:db8::1", true)]
    [InlineData("2001:db8::/33", "2001:db8:7fff::1", true)]
    [InlineData("2001:db8::/33", "2001:db8:8000::1", false)]
    public void A_network_holds_its_addresses(string network, string address, bool holds) =>
        Assert.Equal(holds, NetworkList.TryParse([network], out _)!.Contains(IPAddress.Parse(address)));

    [Theory]
    [InlineData("10")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.0/")]
    [InlineData("10.0.0.0/8/8")]
    [InlineData("10.0.0.0/-1")]
    [InlineData("2001:db8::/129")]
    [InlineData("fe80::1%1")]
    [InlineData("localhost")]
    [InlineData("")]
    public void What_is_no_network_is_named(string entry)
    {
        Assert.Null(NetworkList.TryParse(["10.0.0.0/8", entry], out var fault));
        Assert.Equal(entry, fault);
    }

    [Fact]
    public void This_machine_is_loopback_of_both_families()
    {
        Assert.True(NetworkList.Loopback.Contains(IPAddress.Loopback));
        Assert.True(NetworkList.Loopback.Contains(IPAddress.IPv6Loopback));
        Assert.True(NetworkList.Loopback.Contains(IPAddress.Loopback.MapToIPv6()));
        Assert.False(NetworkList.Loopback.Contains(IPAddress.Parse("192.0.2.1")));
    }

    [Fact]
    public void So_many_are_let_through_and_the_next_is_told_when()
    {
        var limiter = new RateLimiter<string>(MaxRate.PerMinute(3), 10, clock);
        for (var i = 0; i < 3; i++)
            Assert.Equal(TimeSpan.Zero, limiter.TryTake("a"));
        var wait = limiter.TryTake("a");
        Assert.True(wait > TimeSpan.Zero);
        Assert.Equal(TimeSpan.Zero, limiter.TryTake("b"));

        clock.Advance(wait - TimeSpan.FromMilliseconds(1));
        Assert.True(limiter.TryTake("a") > TimeSpan.Zero);
        clock.Advance(TimeSpan.FromMilliseconds(2));
        Assert.Equal(TimeSpan.Zero, limiter.TryTake("a"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100)]
    public void Over_a_long_time_no_more_than_the_rate_goes_through(int limit)
    {
        var limiter = new RateLimiter<int>(MaxRate.PerMinute(limit), 10, clock);
        var through = 0;
        for (var second = 0; second < 600; second++, clock.Advance(Second))
        {
            for (var i = 0; i < limit; i++)
                through += limiter.TryTake(1) == TimeSpan.Zero ? 1 : 0;
        }
        // Ten minutes: ten times the limit, and the one that a beginning allows; never far below.
        Assert.InRange(through, limit * 5, limit * 11);
    }

    [Fact]
    public void The_wait_that_is_told_suffices_for_any_history()
    {
        var random = new Random(5);
        for (var round = 0; round < 200; round++)
        {
            var limit = random.Next(1, 20);
            var limiter = new RateLimiter<int>(MaxRate.PerMinute(limit), 10, clock);
            for (var step = 0; step < 50; step++)
            {
                var count = random.Next(1, limit + 1);
                if (limiter.TryTake(1, count) is var wait && wait > TimeSpan.Zero)
                {
                    Assert.InRange(wait, TimeSpan.Zero, TimeSpan.FromMinutes(2));
                    clock.Advance(wait);
                    Assert.Equal(TimeSpan.Zero, limiter.TryTake(1, count));
                }
                clock.Advance(TimeSpan.FromSeconds(random.Next(40)));
            }
        }
    }

    [Fact]
    public void A_question_does_not_count_and_no_limit_never_waits()
    {
        var limiter = new RateLimiter<int>(MaxRate.PerMinute(1), 10, clock);
        Assert.Equal(TimeSpan.Zero, limiter.TryTake(1, 0));
        Assert.Equal(TimeSpan.Zero, limiter.TryTake(1));
        Assert.True(limiter.TryTake(1, 0) > TimeSpan.Zero);

        var none = new RateLimiter<int>(MaxRate.Off, 10, clock);
        for (var i = 0; i < 1000; i++)
            Assert.Equal(TimeSpan.Zero, none.TryTake(1));
    }

    [Fact]
    public void Whoever_was_used_longest_ago_gives_way()
    {
        var table = new RecentTable<int, string>(3);
        for (var i = 0; i < 3; i++)
            table.Touch(i) = $"{i}";
        table.Touch(0); // 1 is now the oldest.
        table.Touch(3) = "3";
        Assert.False(table.TryGet(1, out _));
        Assert.True(table.TryGet(0, out var kept));
        Assert.Equal("0", kept);
        Assert.Equal(3, table.Count);

        Assert.True(table.Remove(2));
        Assert.False(table.Remove(2));
        Assert.Null(table.Touch(4)); // A place that was another's is empty.
        Assert.Equal(3, table.Count);
    }

    [Fact]
    public void A_table_is_what_a_plain_one_is_whatever_comes()
    {
        var random = new Random(3);
        var table = new RecentTable<int, int>(16);
        var model = new List<(int Key, int Value)>(); // Oldest first.
        for (var step = 0; step < 20_000; step++)
        {
            var key = random.Next(40);
            var at = model.FindIndex(one => one.Key == key);
            if (random.Next(4) == 0)
            {
                Assert.Equal(at >= 0, table.Remove(key));
                if (at >= 0)
                    model.RemoveAt(at);
                continue;
            }
            ref var value = ref table.Touch(key);
            Assert.Equal(at < 0 ? 0 : model[at].Value, value);
            value = step;
            if (at >= 0)
                model.RemoveAt(at);
            model.Add((key, step));
            if (model.Count > 16)
                model.RemoveAt(0);
            Assert.Equal(model.Count, table.Count);
        }
        Assert.All(model, one => Assert.True(table.TryGet(one.Key, out var value) && value == one.Value));
    }
}
