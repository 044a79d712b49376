using System.Text;
using Cloud.Mail.Headers;
using FsCheck;
using FsCheck.Fluent;

namespace Cloud.Tests.Mail.Headers;

public sealed class EncodedWordEncoderTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("plain, even (with) \"marks\"", "plain, even (with) \"marks\"")]
    [InlineData("Grüße", "=?utf-8?B?R3LDvMOfZQ==?=")]
    [InlineData("Re: in Übergröße an alle", "Re: in =?utf-8?Q?=C3=9Cbergr=C3=B6=C3=9Fe?= an alle")]
    [InlineData("ä b ö", "=?utf-8?B?w6QgYiDDtg==?=")]
    [InlineData("日本語", "=?utf-8?B?5pel5pys6Kqe?=")]
    [InlineData("not =?a?q?word?=", "not =?utf-8?Q?=3D=3Fa=3Fq=3Fword=3F=3D?=")]
    [InlineData("a\r\nBcc: b", "=?utf-8?Q?a=0D=0ABcc=3A?= b")] // no new field
    [InlineData(" edge ", "=?utf-8?Q?_edge_?=")]
    public void Only_what_needs_it_is_encoded(string text, string expected) =>
        Assert.Equal(expected, EncodedWordEncoder.Encode(text));

    [Fact]
    public void Every_text_comes_back_in_words_of_at_most_75_characters()
    {
        var texts = ArbMap.Default.ArbFor<string>().Filter(text => text is not null);
        Prop.ForAll(texts, text => ComesBack(text) && ComesBack($"{text}ü{text}{text} {text}"))
            .QuickCheckThrowOnFailure();
        Assert.True(ComesBack(string.Concat(Enumerable.Repeat("\U0001F600日ü x", 100))));
        Assert.True(ComesBack(new string('ü', 1000)));
        Assert.True(ComesBack($"ü {new string('x', 1000)} ü"));
    }

    static bool ComesBack(string text)
    {
        var encoded = EncodedWordEncoder.Encode(text);
        Assert.True(Ascii.IsValid(encoded) && !encoded.Any(char.IsControl));
        Assert.All(
            encoded.Split(' ').Where(word => word.StartsWith("=?utf-8?", StringComparison.Ordinal)),
            word => Assert.InRange(word.Length, 0, 75)
        );
        var wellFormed = Encoding.Unicode.GetString(Encoding.Unicode.GetBytes(text));
        return EncodedWords.Decode(Encoding.ASCII.GetBytes(encoded)) == wellFormed;
    }
}
