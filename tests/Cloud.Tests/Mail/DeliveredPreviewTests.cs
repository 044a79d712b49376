using Cloud.Mail;

namespace Cloud.Tests.Mail;

/// <summary>The preview made while a message is delivered.</summary>
public sealed class DeliveredPreviewTests
{
    [Theory]
    [InlineData("alternative-with-attachment", "plain")]
    [InlineData("html-alone", "Schöne Grüße zweite Zeile")]
    [InlineData("empty-text-beside-html", "only here")]
    [InlineData("mailing-list", "A paragraph that flows.")]
    [InlineData("parts-in-every-encoding", "Straße und Grüße trailing")]
    [InlineData("forwarded-message", "See below.")]
    [InlineData("messages-in-messages", "deep down")]
    [InlineData("message-global", "Hallo")]
    [InlineData("missing-boundary", "--lost Content-Type: text/plain still readable --lost--")]
    [InlineData("signed-and-encrypted", "signed text")]
    [InlineData("report", "It failed.")]
    [InlineData("empty", "")]
    [InlineData("only-headers", "")]
    [InlineData("zero-parts", "nothing --z-- after")]
    public void First_words_are_those_a_reader_sees_first(string name, string expected) =>
        Assert.Equal(expected, Messages.Scan(Messages.Read(name)).Preview.ToString());

    [Theory]
    [InlineData("-----BEGIN PGP MESSAGE-----\r\n\r\nhQEMA", "")]
    [InlineData("-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA256\r\n\r\nHello", "Hello")]
    public void Armor_is_no_text(string body, string expected) =>
        Assert.Equal(expected, Messages.Scan("\r\n" + body).Preview.ToString());

    [Theory]
    [InlineData("Read me anyway.\r\n", "Read me anyway.")]
    [InlineData("A preamble.\r\n--nope\r\n\r\nThe text.\r\n--nope--\r\n", "The text.")]
    [InlineData("A preamble.\r\n--nope--\r\n", "A preamble. --nope--")]
    [InlineData("A preamble.\r\n--nope\r\nContent-Type: image/png\r\n\r\nx\r\n--nope--\r\nAn epilogue.", "")]
    public void Multipart_whose_boundary_never_comes_is_text(string body, string expected) =>
        Assert.Equal(
            expected,
            Messages.Scan($"Content-Type: multipart/mixed; boundary=nope\r\n\r\n{body}").Preview.ToString()
        );

    [Fact]
    public void Long_preamble_is_no_preview_though_more_of_it_goes_by_than_is_kept()
    {
        var preamble = string.Concat(Enumerable.Repeat("A preamble.\r\n", 10_000));

        var index = Messages.Scan(
            $"Content-Type: multipart/mixed; boundary=b\r\n\r\n{preamble}--b\r\n\r\nThe text.\r\n--b--\r\n"
        );

        Assert.Equal("The text.", index.Preview.ToString());
    }

    [Fact]
    public void Attached_text_is_no_preview() =>
        Assert.Equal("", Messages.Scan("Content-Disposition: attachment\r\n\r\nprivate").Preview.ToString());

    [Fact]
    public void Answer_below_a_long_quote_is_found()
    {
        var quote = string.Concat(Enumerable.Repeat("> what was said before, at some length\r\n", 300));

        Assert.Equal("The answer.", Messages.Scan("\r\n" + quote + "The answer.\r\n").Preview.ToString());
    }

    [Fact]
    public void Text_behind_a_long_style_sheet_is_found()
    {
        var style = string.Concat(Enumerable.Repeat(".a { color: red }\r\n", 1_000));

        var index = Messages.Scan($"Content-Type: text/html\r\n\r\n<style>{style}</style><p>News");

        Assert.Equal("News", index.Preview.ToString());
    }

    [Fact]
    public void Long_text_fills_it_however_it_is_encoded()
    {
        var text = string.Concat(Enumerable.Repeat("=C3=BC", 20_000));

        var index = Messages.Scan($"Content-Transfer-Encoding: quoted-printable\r\n\r\n{text}");

        Assert.Equal(new string('ü', 200), index.Preview.ToString());
    }
}
