using System.Text;
using Cloud.Mail.Headers;

namespace Cloud.Tests.Mail.Headers;

public sealed class ParameterTextTests
{
    [Theory]
    [InlineData("name=plain.txt", "plain.txt")]
    [InlineData("name=\"with space.txt\"", "with space.txt")]
    [InlineData("name*=utf-8''%e2%82%ac%20rates", "€ rates")]
    [InlineData("name*=us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A", "This is ***fun***")] // RFC 2231 §4
    [InlineData("name*=iso-8859-1'de'gr%FC%DFe", "grüße")]
    [InlineData("name*0*=utf-8''gr%C3; name*1*=%BC%C3%9Fe; name*2=\".txt\"", "grüße.txt")] // a character split
    [InlineData("name*1*=%BC; name*0*=utf-8''%C3", "ü")] // out of order
    [InlineData("name*0=\"long\"; name*1=\"er.txt\"", "longer.txt")]
    [InlineData("name=fallback.txt; name*=utf-8''%C3%BC.txt", "ü.txt")]
    [InlineData("name=\"=?utf-8?Q?gr=C3=BC=C3=9Fe=2Etxt?=\"", "grüße.txt")] // an encoded word
    [InlineData("name==?utf-8?B?R3LDvMOfZQ==?=", "Grüße")]
    [InlineData("name=\"=?utf-8?Q?a?= =?utf-8?Q?b?=\"", "ab")]
    [InlineData("name*0=\"=?utf-8?Q?gr=C3\"; name*1=\"=BC?=\"", "grü")] // and continuations
    [InlineData("name=\"gr\u00fc\u00dfe\"", "grüße")] // raw 8-bit
    [InlineData("name*=gr%C3%BC", "grü")] // no charset
    [InlineData("name*=''gr%FC", "grü")]
    [InlineData("name*=no-such-set''gr%C3%BC", "grü")]
    [InlineData("name*=utf-8'x%41", "utf-8'xA")]
    [InlineData("name*=utf-8''100%, %4, %G1", "100%, %4, %G1")]
    [InlineData("NAME=x", "x")]
    [InlineData("other=x", null)]
    public void Names_are_text(string parameters, string? expected)
    {
        var header = Encoding.Latin1.GetBytes($"Content-Type: text/plain; {parameters}\r\n\r\n");

        Assert.Equal(expected, ParameterText.FileName(Messages.Scan(header, header.Length).Body));
    }

    [Fact]
    public void Language_is_told()
    {
        var body = Messages.Scan("Content-Type: text/plain; name*=utf-8'de-CH'x\r\n\r\n").Body;

        Assert.Equal(new ParameterText("x", "de-CH"), ParameterText.Find(body.Parameters, "name"));
    }

    [Fact]
    public void Disposition_names_the_file_before_the_type_does()
    {
        var body = Messages
            .Scan("Content-Type: a/b; name=type\r\nContent-Disposition: attachment; filename=disposition\r\n\r\n")
            .Body;

        Assert.Equal("disposition", ParameterText.FileName(body));
    }
}
