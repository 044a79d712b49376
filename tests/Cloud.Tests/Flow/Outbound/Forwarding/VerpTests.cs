using Cloud.Flow.Outbound.Forwarding;
using Cloud.Mail;

namespace Cloud.Tests.Flow.Outbound.Forwarding;

/// <summary>Reverse paths that name their recipient.</summary>
public sealed class VerpTests
{
    static EmailAddress Parse(string text) => EmailAddress.TryParse(text)!;

    [Theory]
    [InlineData("alice@here.test", "bob@there.test", "alice+bob=there.test=abcdefgh@here.test")]
    [InlineData("alice+news@here.test", "bob+x=y@There.test", "alice+bob+x=y=there.test=abcdefgh@here.test")]
    [InlineData("alice@here.test", "bob@[192.0.2.1]", "\"alice+bob=[192.0.2.1]=abcdefgh\"@here.test")]
    public void It_tells_the_recipient(string from, string to, string expected)
    {
        var path = Verp.PathOf(Parse(from), Parse(to), "abcdefgh")!;
        Assert.Equal(expected, $"{path}");
        Assert.Equal(Parse(to).Key, Verp.RecipientOf(Parse($"{path}"))!.Key);
        Assert.Equal("abcdefgh", Verp.TagOf(Parse($"{path}")));
        Assert.Equal("alice@here.test", path.WithoutDetail.Key);
    }

    [Fact]
    public void Nobody_stays_nobody_and_what_would_be_too_long_stays_as_it_is()
    {
        Assert.Null(Verp.PathOf(null, Parse("bob@there.test"), "abcdefgh"));
        var alice = Parse("alice@here.test");
        Assert.Equal(alice, Verp.PathOf(alice, Parse($"{new string('b', 230)}@there.test"), "abcdefgh"));
        // As a whole it would be an address, but its local part longer than every server takes.
        Assert.Equal(alice, Verp.PathOf(alice, Parse($"{new string('b', 39)}@there.test"), "abcdefgh"));
        Assert.NotEqual(alice, Verp.PathOf(alice, Parse($"{new string('b', 38)}@there.test"), "abcdefgh"));
    }

    [Theory]
    [InlineData("alice@here.test")]
    [InlineData("alice+news@here.test")]
    [InlineData("alice+bob=there.test@here.test")]
    [InlineData("alice+=there.test=abcdefgh@here.test")]
    [InlineData("alice+bob==abcdefgh@here.test")]
    [InlineData("alice+bob=-x=abcdefgh@here.test")]
    [InlineData("alice+bob=there.test=@here.test")]
    [InlineData("bob=there.test=abcdefgh@here.test")]
    public void Other_addresses_name_none(string path) => Assert.Null(Verp.RecipientOf(Parse(path)));
}
