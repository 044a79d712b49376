using System.Text;
using Cloud.Mail;
using Cloud.Mail.Bodies;

namespace Cloud.Tests.Mail.Bodies;

public sealed class PartTextTests
{
    [Theory]
    [InlineData("Content-Type: text/plain; charset=iso-8859-1\r\n\r\nGr\u00fc\u00dfe", "Grüße")]
    [InlineData("\r\nGr\u00fc\u00dfe", "Grüße")] // guessed: not UTF-8
    [InlineData("Content-Type: text/plain; charset*=''utf-8\r\n\r\nGr\u00c3\u00bc\u00c3\u009fe", "Grüße")]
    [InlineData("Content-Transfer-Encoding: base64\r\n\r\nR3LDvMOfZQ==", "Grüße")]
    [InlineData("Content-Type: text/html\r\n\r\n<p>a<b>b</b></p><p>c", "ab\nc")]
    [InlineData("Content-Type: text/html\r\n\r\n<meta charset=\"koi8-r\"><p>\u00f0", "П")]
    [InlineData("Content-Type: text/html\r\n\r\n<META http-equiv=x content='text/html; charset=koi8-r'>\u00f0", "П")]
    [InlineData("Content-Type: text/html\r\n\r\n<Meta CHARSET=koi8-r>\u00f0", "П")]
    [InlineData("Content-Type: text/html\r\n\r\n<META CharSet = \"KOI8-R\">\u00f0", "П")]
    [InlineData("Content-Type: text/html\r\n\r\n<meta name=charset><meta charset\r\n=\r\nkoi8-r\r\n>\u00f0", "П")]
    [InlineData("Content-Type: text/plain; format=Flowed\r\n\r\na \r\nb", "a b")]
    [InlineData("Content-Type: text/plain; format=flowed; delsp=YES\r\n\r\na \r\nb", "ab")]
    [InlineData("Content-Type: text/html; format=flowed\r\n\r\na \r\nb", "a b")]
    public void Text_is_what_a_reader_sees(string message, string expected)
    {
        var octets = Encoding.Latin1.GetBytes(message);
        var body = Messages.Scan(octets).Body;

        Assert.Equal(expected, PartText.Of(body, octets.AsSpan((int)body.BodyStart)));
    }

    [Fact]
    public void Start_of_a_text_ends_before_a_character_that_is_cut()
    {
        var octets = Encoding.UTF8.GetBytes("\r\nGrüße 😀 an alle");
        var body = Messages.Scan(octets).Body;
        for (var length = 0; length <= body.BodyLength; length++)
        {
            var text = PartText.Of(body, octets.AsSpan(2, length));
            Assert.StartsWith(text, "Grüße 😀 an alle", StringComparison.Ordinal);
        }
    }
}
