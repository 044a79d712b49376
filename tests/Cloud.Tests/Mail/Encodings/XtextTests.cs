using System.Text;
using Cloud.Mail.Encodings;

namespace Cloud.Tests.Mail.Encodings;

public sealed class XtextTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("", "")]
    [InlineData("a+2Bb+3Dc", "a+b=c")]
    [InlineData("two+20words", "two words")]
    [InlineData("+C3+BC", "ü")]
    [InlineData("a=b", null)]
    [InlineData("a b", null)]
    [InlineData("a+2", null)]
    [InlineData("a+", null)]
    [InlineData("a+2b", null)]
    [InlineData("a+0D+0Ab", null)]
    [InlineData("a+00", null)]
    [InlineData("+C3", null)]
    public void Plus_and_two_digits_stand_for_an_octet(string xtext, string? expected) =>
        Assert.Equal(expected, Xtext.TryDecode(Encoding.UTF8.GetBytes(xtext)));

    [Theory]
    [InlineData("", "")]
    [InlineData("plain", "plain")]
    [InlineData("a+b=c d", "a+2Bb+3Dc+20d")]
    [InlineData("ü\u007f\n", "+C3+BC+7F+0A")]
    public void What_xtext_cannot_hold_is_escaped(string text, string expected) =>
        Assert.Equal(expected, Xtext.Encode(text));

    [Fact]
    public void Every_text_without_control_characters_comes_back()
    {
        var random = new Random(3461);
        for (var run = 0; run < 20_000; run++)
        {
            var text = Random(random, lowest: ' ').Replace("\u007f", "");

            var encoded = Xtext.Encode(text);

            Assert.Matches("^[!-<>-~]*$", encoded);
            Assert.Equal(text, Xtext.TryDecode(Encoding.ASCII.GetBytes(encoded)));
        }
    }

    /// <summary>Characters of all planes, those that mean something in an encoding more often.</summary>
    internal static string Random(Random random, int lowest)
    {
        var text = new StringBuilder();
        for (var count = random.Next(12); count > 0; count--)
        {
            var point = random.Next(4) switch
            {
                0 => random.Next(lowest, 0x80),
                1 => random.Next(0xA0, 0xD800),
                2 => random.Next(0xE000, 0x110000),
                _ => "\\x{}+=2B"[random.Next(8)],
            };
            text.Append(new Rune(point));
        }

        return text.ToString();
    }
}
