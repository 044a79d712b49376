using Cloud.Mail.Bodies;

namespace Cloud.Tests.Mail.Bodies;

/// <summary>format=flowed, RFC 3676.</summary>
public sealed class FlowedTextTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("fixed\r\nlines\r\n", "fixed\nlines\n")]
    [InlineData("a \r\nb \r\nc\r\nd", "a b c\nd")]
    [InlineData("a \nb\n", "a b\n")]
    [InlineData("> a \r\n> b\r\nc\r\n", "> a b\nc\n")]
    [InlineData(">> a \r\n>> b\r\n> c\r\n", ">> a b\n> c\n")]
    [InlineData("> a \r\n>> b\r\n", "> a \n>> b\n")] // a paragraph cannot change its depth: §4.5
    [InlineData("> a \r\nb\r\n", "> a \nb\n")]
    [InlineData(" > no quote\r\n From here\r\n", "> no quote\nFrom here\n")] // stuffed: §4.4
    [InlineData("text \r\n-- \r\nname \r\nplace\r\n", "text \n-- \nname place\n")] // a signature never flows: §4.3
    [InlineData("open \r\n", "open ")]
    [InlineData(">>>\r\n", ">>>\n")]
    public void Paragraphs_come_back_to_one_line(string text, string expected) =>
        Assert.Equal(expected, FlowedText.Unflow(text, delSp: false));

    [Fact]
    public void Space_of_a_soft_break_goes_where_the_sender_says_so() =>
        Assert.Equal("一二三\nx\n", FlowedText.Unflow("一 \r\n二 \r\n三\r\nx\r\n", delSp: true));
}
