using System.Text;
using Cloud.Mail.Headers;

namespace Cloud.Tests.Mail.Headers;

public sealed class ListFieldTests
{
    [Theory]
    [InlineData("List Header Mailing List <List-Header.nisto.com>", "list-header.nisto.com")]
    [InlineData("<commonspace-users.list-id.within.com>", "commonspace-users.list-id.within.com")]
    [InlineData("\"A <b> list\" <c.example>", "c.example")]
    [InlineData("bare.list.example", "bare.list.example")]
    [InlineData("<open.list.example", "open.list.example")]
    [InlineData("<folded.\r\n list.example>", "folded.list.example")]
    [InlineData("<>", null)]
    [InlineData("", null)]
    public void List_id_is_what_stands_in_brackets(string value, string? expected) =>
        Assert.Equal(expected, ListField.Id(Encoding.ASCII.GetBytes(value)));

    [Theory]
    [InlineData("<mailto:list@host.com?subject=help> (List Instructions)", "mailto:list@host.com?subject=help")]
    [InlineData(
        "<ftp://ftp.host.com/list.txt> (FTP), <mailto:list@host.com?subject=help>",
        "ftp://ftp.host.com/list.txt mailto:list@host.com?subject=help"
    )]
    [InlineData("<https://host.example/u?a=1,2>", "https://host.example/u?a=1,2")]
    [InlineData("<https://host.example/\r\n long/path>", "https://host.example/long/path")]
    [InlineData("NO (posting not allowed on this list)", "")]
    [InlineData("(comment <mailto:x@y>) <mailto:a@b>", "mailto:a@b")]
    [InlineData("<mailto:a@b, <mailto:c@d>", "mailto:a@b mailto:c@d")]
    [InlineData("mailto:a@b", "")]
    [InlineData("<no scheme>", "")]
    public void Uris_come_in_their_order(string value, string expected) =>
        Assert.Equal(expected, string.Join(' ', ListField.Uris(Encoding.ASCII.GetBytes(value))));

    [Theory]
    [InlineData("one, \"two, still\", (not) three ,, =?utf-8?q?f=C3=BCnf?=", "one|two, still|three|fünf")]
    [InlineData("\"open, two", "\"open|two")]
    [InlineData("", "")]
    public void Keywords_are_phrases(string value, string expected) =>
        Assert.Equal(expected, string.Join('|', Phrases.Parse(Encoding.UTF8.GetBytes(value))));
}
