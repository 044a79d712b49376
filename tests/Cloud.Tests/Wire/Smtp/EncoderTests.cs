using System.Text;
using Cloud.Wire.Smtp;

namespace Cloud.Tests.Wire.Smtp;

public sealed class EncoderTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("a", "a\r\n")]
    [InlineData("a\r\n", "a\r\n")]
    [InlineData(".", "..\r\n")]
    [InlineData(".\r\n.\r\n..\r\n", "..\r\n..\r\n...\r\n")]
    [InlineData("a.b\r\n.c", "a.b\r\n..c\r\n")]
    [InlineData("a\nb\n", "a\r\nb\r\n")]
    [InlineData("a\n.\nb", "a\r\n..\r\nb\r\n")]
    [InlineData("\n.\n", "\r\n..\r\n")]
    [InlineData("a\rb", "a b\r\n")]
    [InlineData("a\r.\r\n", "a .\r\n")]
    [InlineData("\r.\r\n", " .\r\n")]
    [InlineData("a\r\r\n", "a \r\n")]
    [InlineData("a\r", "a \r\n")]
    [InlineData("\r", " \r\n")]
    [InlineData("\r\n\r\n", "\r\n\r\n")]
    [InlineData("a\r\n.\rb\n\r\n", "a\r\n.. b\r\n\r\n")]
    public void Lines_end_with_crlf_and_dots_are_doubled(string content, string expected)
    {
        Assert.Equal(expected, Encode(content, content.Length + 1));
        for (var size = 1; size <= content.Length; size++)
            Assert.Equal(expected, Encode(content, size));
        Assert.Equal(
            expected.Replace("\r\n..", "\r\n."),
            Encode(content, 2, stuff: false).Insert(0, expected.StartsWith("..") ? "." : "")
        );
    }

    [Fact]
    public void However_it_is_cut_no_stray_octet_and_no_early_end_goes_out()
    {
        var random = new Random(7);
        for (var run = 0; run < 5000; run++)
        {
            var content = string.Concat(Enumerable.Range(0, random.Next(30)).Select(_ => "\r\n.a"[random.Next(4)]));
            var whole = Encode(content, 100);
            Assert.Equal(whole, Encode(content, 1 + random.Next(5)));
            Assert.True(whole.Length == 0 || whole.EndsWith("\r\n"));
            var rest = whole.Replace("\r\n", "");
            Assert.DoesNotContain('\r', rest);
            Assert.DoesNotContain('\n', rest);
            Assert.DoesNotContain("\n.\r", "\n" + whole);
            // Undone, every dot is there.
            Assert.Equal(content.Count(c => c == '.'), ("\n" + whole).Replace("\n..", "\n.").Count(c => c == '.'));
        }
    }

    static string Encode(string content, int size, bool stuff = true)
    {
        var encoder = new SmtpContentEncoder(stuff);
        var octets = Encoding.Latin1.GetBytes(content);
        var all = new StringBuilder();
        var output = new byte[SmtpContentEncoder.MaxLength(size)];
        for (var at = 0; at < octets.Length; at += size)
        {
            var count = encoder.Encode(octets.AsSpan(at, Math.Min(size, octets.Length - at)), output);
            all.Append(Encoding.Latin1.GetString(output, 0, count));
        }

        all.Append(Encoding.Latin1.GetString(output, 0, encoder.Finish(output)));
        return all.ToString();
    }
}
