using System.Text;
using Cloud.Mail.Encodings;

namespace Cloud.Tests.Mail.Encodings;

public sealed class QuotedPrintableTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("plain", "plain")]
    [InlineData("=41=4a=4A", "AJJ")]
    [InlineData("soft=\r\nbreak", "softbreak")]
    [InlineData("soft=\nbreak", "softbreak")]
    [InlineData("soft= \t\r\nbreak", "softbreak")] // rule 3
    [InlineData("soft=\r\r\nbreak", "softbreak")]
    [InlineData("trailing \t\r\nwhite \nspace  ", "trailing\r\nwhite\nspace")]
    [InlineData("kept=20\r\n", "kept \r\n")]
    [InlineData("kept =\r\nwhite", "kept white")]
    [InlineData("a = b", "a = b")] // bad escapes stand
    [InlineData("=4", "=4")]
    [InlineData("=4\r\nx", "=4\r\nx")]
    [InlineData("=4 x", "=4 x")]
    [InlineData("=G1=1G", "=G1=1G")]
    [InlineData("==41", "=A")]
    [InlineData("=4=41", "=4A")]
    [InlineData("x=", "x")] // the line end belongs to the delimiter
    [InlineData("x= ", "x")]
    [InlineData("a\rb", "a\rb")]
    [InlineData("\u00fc\0", "\u00fc\0")]
    [InlineData("\n\n\r\n", "\n\n\r\n")]
    public void What_can_be_decoded_is(string encoded, string expected) =>
        Assert.Equal(expected, Coding.Text(new QuotedPrintableDecoder(), encoded));

    [Theory]
    [InlineData("plain text\r\n", "plain text\r\n")]
    [InlineData("a=b", "a=3Db")]
    [InlineData("gr\u00fc\u00df", "gr=FC=DF")]
    [InlineData("bare\nends", "bare\r\nends")]
    [InlineData("stray\rreturn\r", "stray=0Dreturn=0D")]
    [InlineData("white \r\nspace\t", "white=20\r\nspace=09")]
    [InlineData("two  \r\n", "two =20\r\n")]
    public void Text_is_encoded_as_the_rules_ask(string text, string expected) =>
        Assert.Equal(expected, Coding.Text(new QuotedPrintableEncoder(), text));

    [Fact]
    public void Binary_bodies_keep_every_octet()
    {
        var random = new Random(6);
        for (var run = 0; run < 200; run++)
        {
            var body = Coding.Junk(random, "ab \t\r\n=.", 2_000);
            var encoded = new QuotedPrintableEncoder(binary: true).Convert(body);

            Assert.Equal(body, new QuotedPrintableDecoder().Convert(encoded));
            Assert.All(Lines(encoded), line => Assert.Matches(@"\A([!-<>-~\t ]|=[0-9A-F]{2})*=?\z", line));
        }
    }

    [Fact]
    public void Text_comes_back_in_lines_of_at_most_76_characters_without_white_space_at_their_ends()
    {
        var random = new Random(7);
        for (var run = 0; run < 200; run++)
        {
            var text = Encoding
                .Latin1.GetString(Coding.Junk(random, "ab \t\n=", 2_000))
                .Replace("\r", "", StringComparison.Ordinal);
            var encoded = new QuotedPrintableEncoder().Convert(Encoding.Latin1.GetBytes(text));

            Assert.All(Lines(encoded), line => Assert.InRange(line.Length, 0, 76));
            Assert.All(Lines(encoded), line => Assert.Equal(line, line.TrimEnd(' ', '\t')));
            Assert.Equal(
                text.Replace("\n", "\r\n", StringComparison.Ordinal),
                Encoding.Latin1.GetString(new QuotedPrintableDecoder().Convert(encoded))
            );
        }
    }

    [Fact]
    public void Cuts_make_no_difference()
    {
        var random = new Random(8);
        for (var run = 0; run < 300; run++)
        {
            var junk = Coding.Junk(random, "ab=== \t\r\n04AFaf", 6_000);

            Coding.AssertCutsMakeNoDifference(new QuotedPrintableDecoder(), junk, random);
            Coding.AssertCutsMakeNoDifference(new QuotedPrintableEncoder(), junk, random);
            Coding.AssertCutsMakeNoDifference(new QuotedPrintableEncoder(binary: true), junk, random);
            Assert.InRange(new QuotedPrintableDecoder().Convert(junk).Length, 0, junk.Length);
        }
    }

    static string[] Lines(byte[] encoded) => Encoding.ASCII.GetString(encoded).Split("\r\n");
}
