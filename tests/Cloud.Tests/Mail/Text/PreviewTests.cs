using System.Text;
using Cloud.Mail.Text;

namespace Cloud.Tests.Mail.Text;

public sealed class PreviewTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("\r\n one\r\n\r\ntwo \t three \r\n", "one two three")]
    [InlineData("> quoted\r\nanswer\r\n> more", "answer")]
    [InlineData("> only\r\n> quotes", "> only > quotes")]
    [InlineData("text\r\n-- \r\nsignature", "text")]
    [InlineData("-- \r\nsignature", "-- signature")]
    [InlineData("a\u200b\u034f\u00ad\ufeffb\0c", "abc")]
    [InlineData("a\u00a0b", "a b")]
    public void First_words_stand_on_one_line(string text, string expected) => Assert.Equal(expected, Preview.Of(text));

    [Fact]
    public void It_has_two_hundred_characters_at_most_none_of_them_cut()
    {
        var faces = string.Concat(Enumerable.Repeat("\U0001F600", 300));

        Assert.Equal(200, Preview.Of(faces).EnumerateRunes().Count());
        Assert.DoesNotContain('\uFFFD', Preview.Of(faces));
        Assert.InRange(Preview.Of(string.Concat(Enumerable.Repeat("word ", 300))).Length, 190, 200);
        Assert.Equal(200, Preview.Of(new string('x', 1_000_000)).Length);
        Assert.True(Encoding.UTF8.GetByteCount(Preview.Of("\ud83d half")) > 0);
    }
}
