using System.Globalization;
using System.Text;
using Cloud.Mail.Headers;

namespace Cloud.Tests.Mail.Headers;

public sealed class ReceivedTests
{
    [Fact]
    public void Every_clause_of_the_grammar_is_read()
    {
        var hop = Parse(
            "from client.example (host.example [192.0.2.1])\r\n\tby here.example (Cloud) via TCP with ESMTPS"
                + "\r\n\tid 4711 for <ada@here.example>; Mon, 1 Jan 2024 10:00:00 +0100"
        );

        Assert.Equal("client.example", hop.From);
        Assert.Equal("192.0.2.1", hop.FromAddress?.ToString());
        Assert.Equal("host.example", hop.FromName);
        Assert.Equal("here.example", hop.By);
        Assert.Equal("TCP", hop.Via);
        Assert.Equal("ESMTPS", hop.With);
        Assert.Equal("4711", hop.Id);
        Assert.Equal("ada@here.example", hop.For);
        Assert.Equal(DateTimeOffset.Parse("2024-01-01T10:00:00+01:00", CultureInfo.InvariantCulture), hop.Date);
    }

    [Theory]
    [InlineData("from a ([IPv6:2001:db8::1]) by b", "2001:db8::1")]
    [InlineData("from [192.0.2.1] by b", "192.0.2.1")]
    [InlineData("from a [192.0.2.1] by b", "192.0.2.1")]
    [InlineData("from a (user@[192.0.2.1]:25) by b", "192.0.2.1")]
    [InlineData("from [10.0.0.1] (name.example [192.0.2.1]) by b", "192.0.2.1")] // what the server saw goes before a claim
    [InlineData("from a (1.2.3) by b", null)]
    [InlineData("from a (12345) by b", null)]
    [InlineData("by b ([192.0.2.1])", null)]
    public void Client_address_is_found_where_servers_put_it(string value, string? expected) =>
        Assert.Equal(expected, Parse(value).FromAddress?.ToString());

    [Theory]
    [InlineData("from a (HELO mail.example) (192.0.2.1) by b", "mail.example")]
    [InlineData("from a (192.0.2.1 helo=mail.example) by b", "mail.example")]
    [InlineData("from a (HELO ) by b", null)]
    public void Greeting_is_told_apart(string value, string? expected) => Assert.Equal(expected, Parse(value).Helo);

    [Theory]
    [InlineData("")]
    [InlineData(";")]
    [InlineData("from by with id for via")]
    public void Nothing_is_made_of_nothing(string value) => Assert.Equal(new Received(), Parse(value));

    static Received Parse(string value) => Received.Parse(Encoding.ASCII.GetBytes(value));
}
