using System.Text;
using Cloud.Flow.Outbound.Forwarding;
using Cloud.Mail;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Flow.Outbound.Forwarding;

/// <summary>Rewritten senders lead back to whom they came from, and nowhere else.</summary>
public sealed class SrsCodecTests
{
    readonly ManualClock clock = new();
    readonly SrsCodec codec;
    readonly SrsCodec another;

    public SrsCodecTests()
    {
        codec = new(new SeededEntropy(1).Bytes(32), clock);
        another = new(new SeededEntropy(2).Bytes(32), clock);
    }

    static EmailAddress Parse(string text) => EmailAddress.TryParse(text)!;

    [Theory]
    [InlineData("ann@far.test")]
    [InlineData("Ann.O'Hara+list=x@sub.far.test")]
    [InlineData("\"a b@c\"@far.test")]
    [InlineData("ann@[192.0.2.1]")]
    [InlineData("jürgen@bücher.test")]
    [InlineData("srs@far.test")]
    public void A_rewritten_sender_leads_back(string from)
    {
        var path = codec.Rewrite(Parse(from), "here.test")!;
        Assert.StartsWith("SRS0=", path.Local);
        Assert.Equal("here.test", path.Domain);
        Assert.Equal(Parse(from).Key, codec.Read(Parse($"{path}"))!.Key);
        Assert.Equal(Parse(from).Local, codec.Read(path)!.Local);
    }

    [Fact]
    public void What_other_forwarders_made_grows_once_and_leads_back_to_the_first_of_them()
    {
        var first = another.Rewrite(Parse("ann@far.test"), "first.test")!;
        var second = codec.Rewrite(first, "here.test")!;
        Assert.StartsWith("SRS1=", second.Local);
        Assert.Contains("=first.test==", second.Local);
        Assert.Equal(first, codec.Read(second));
        var third = another.Rewrite(second, "third.test")!;
        Assert.Equal(second.Local.Length, third.Local.Length);
        Assert.Equal(first, another.Read(third));
        Assert.Null(codec.Read(third));
    }

    [Fact]
    public void Letters_may_change_their_case_on_the_way()
    {
        var path = codec.Rewrite(Parse("Ann@far.test"), "here.test")!;
        Assert.Equal("ann@far.test", $"{codec.Read(path with { Local = path.Local.ToLowerInvariant() })}");
        Assert.Equal("ANN@FAR.TEST", $"{codec.Read(path with { Local = path.Local.ToUpperInvariant() })}");
    }

    [Fact]
    public void It_is_good_for_three_weeks_and_a_clock_that_is_late()
    {
        var path = codec.Rewrite(Parse("ann@far.test"), "here.test")!;
        clock.Advance(TimeSpan.FromDays(21));
        Assert.NotNull(codec.Read(path));
        clock.Advance(TimeSpan.FromDays(1));
        Assert.Null(codec.Read(path));
        clock.Advance(TimeSpan.FromDays(300));
        Assert.Null(codec.Read(path));

        var early = new ManualClock();
        early.Advance(TimeSpan.FromDays(323));
        var ahead = new SrsCodec(new SeededEntropy(1).Bytes(32), early).Rewrite(Parse("ann@far.test"), "here.test")!;
        Assert.NotNull(codec.Read(ahead));
    }

    [Fact]
    public void Whatever_is_changed_in_it_makes_it_void()
    {
        foreach (var from in new[] { Parse("ann@far.test"), another.Rewrite(Parse("bob@far.test"), "first.test")! })
        {
            var path = codec.Rewrite(from, "here.test")!;
            for (var at = 0; at < path.Local.Length; at++)
            {
                foreach (
                    var c in "a7=Z@-\u00e9".Where(c =>
                        char.ToLowerInvariant(c) != char.ToLowerInvariant(path.Local[at])
                    )
                )
                {
                    // The sign behind the mark is anybody's.
                    if (at == 4 && c == '-')
                        continue;
                    var changed = path.Local[..at] + c + path.Local[(at + 1)..];
                    Assert.Null(codec.Read(path with { Local = changed }));
                }
                Assert.Null(codec.Read(path with { Local = path.Local.Remove(at, 1) }));
            }
            Assert.Null(another.Read(path));
        }
    }

    [Fact]
    public void What_would_be_too_long_for_an_address_is_not_made()
    {
        var longest = Parse($"{new string('a', 200)}@far.test");
        var path = codec.Rewrite(longest, "here.test")!;
        Assert.InRange(Encoding.UTF8.GetByteCount($"{path}"), 200, EmailAddress.MaxLength);
        Assert.Null(codec.Rewrite(Parse($"{new string('a', 240)}@far.test"), "here.test"));
        Assert.Null(codec.Rewrite(Parse($"SRS0={new string('a', 230)}@far.test"), "here.test"));
    }

    [Theory]
    [InlineData("SRS0=")]
    [InlineData("SRS0====")]
    [InlineData("SRS0=a=b=c")]
    [InlineData("SRS0=a=b=c=")]
    [InlineData("SRS1=a=b")]
    [InlineData("SRS1====")]
    [InlineData("srs0-aaaaaaaa-aa-far.test-ann")]
    [InlineData("SRS2=aaaaaaaa=aa=far.test=ann")]
    [InlineData("ann")]
    [InlineData("SRS")]
    public void What_is_none_is_refused(string local) => Assert.Null(codec.Read(new(local, "here.test")));

    [Fact]
    public void Nothing_that_comes_by_chance_is_taken_or_thrown_at()
    {
        var random = new SeededEntropy(7);
        const string letters = "SRS01=+-@. aZ27\u00e9\ud83d\"\\\0";
        for (var i = 0; i < 20_000; i++)
        {
            var drawn = random.Bytes(1 + i % 60);
            var local = string.Concat(drawn.Select(octet => letters[octet % letters.Length]));
            foreach (var text in new[] { local, $"SRS0={local}", $"SRS1={local}" })
                Assert.Null(codec.Read(new(text, "here.test")));
            var made = codec.Rewrite(new($"x{local}", "far.test"), "here.test");
            Assert.True(made is null || codec.Read(made) is { } back && back.Local == $"x{local}");
        }
    }
}
