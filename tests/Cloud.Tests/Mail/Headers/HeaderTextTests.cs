using System.Text;
using Cloud.Mail;
using Cloud.Mail.Headers;

namespace Cloud.Tests.Mail.Headers;

public sealed class HeaderTextTests
{
    const string Block =
        "Received: a\r\n\tb\r\nSubject: one\r\n  two \r\nX-Odd : x\r\nsubject: again\r\n\r\nBody: not me\r\n";

    [Fact]
    public void Fields_keep_their_order_and_bytes()
    {
        var raw = new List<string>();
        foreach (var field in new HeaderReader(Encoding.ASCII.GetBytes(Block)))
            raw.Add(Encoding.ASCII.GetString(field.Raw));

        Assert.Equal(
            ["Received: a\r\n\tb\r\n", "Subject: one\r\n  two \r\n", "X-Odd : x\r\n", "subject: again\r\n"],
            raw
        );
    }

    [Theory]
    [InlineData("SUBJECT", false, "Subject: one\r\n  two \r\nsubject: again\r\n\r\n")]
    [InlineData("subject", true, "Received: a\r\n\tb\r\nX-Odd : x\r\n\r\n")]
    [InlineData("x-odd", false, "X-Odd : x\r\n\r\n")]
    [InlineData("none", false, "\r\n")]
    public void Chosen_fields_are_given_byte_for_byte(string name, bool not, string expected) =>
        Assert.Equal(
            expected,
            Encoding.ASCII.GetString(HeaderText.Select(Encoding.ASCII.GetBytes(Block), [name], not))
        );

    [Theory]
    [InlineData(" one\r\n  two \r\n", "one  two")]
    [InlineData("\tx\n\ty\n", "x\ty")]
    [InlineData(" a\rb\0c", "abc")]
    [InlineData(" \r\n \r\n", "")]
    public void Unfolding_takes_line_ends_and_leaves_white_space(string value, string expected) =>
        Assert.Equal(expected, Encoding.ASCII.GetString(HeaderText.Unfold(Encoding.ASCII.GetBytes(value))));

    [Theory]
    [InlineData("<a@b>", "a@b")]
    [InlineData("<a@b> <c@d>,<e@f>", "a@b c@d e@f")]
    [InlineData("Your message of Monday <a@b> (was <c@d>)", "a@b c@d")]
    [InlineData("bare@id", "bare@id")]
    [InlineData("<broken <a@b>", "broken a@b")]
    [InlineData("<a @b>", "a@b")]
    [InlineData("<>", "")]
    [InlineData("just words", "")]
    public void Message_ids_are_found_among_words(string value, string expected) =>
        Assert.Equal(expected, string.Join(' ', MessageIds.Parse(Octets.From(value), 10)));
}
