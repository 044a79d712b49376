using Cloud.Mail.Headers;

namespace Cloud.Tests.Mail.Headers;

public sealed class BaseSubjectTests
{
    [Theory]
    [InlineData("hello", "hello", false)]
    [InlineData("Re: hello", "hello", true)]
    [InlineData("RE:RE: re : hello", "hello", true)]
    [InlineData("Fw: hello", "hello", true)]
    [InlineData("FWD: hello", "hello", true)]
    [InlineData("Re[2]: hello", "hello", true)]
    [InlineData("re [blob] : hello", "hello", true)]
    [InlineData("hello (fwd)", "hello", true)]
    [InlineData("hello (FWD)  (fwd) ", "hello", true)]
    [InlineData("[list] hello", "hello", false)]
    [InlineData("[list] Re: [list] hello", "hello", true)]
    [InlineData("[a][b] [c]Re: hello", "hello", true)]
    [InlineData("[list]", "[list]", false)] // nothing would be left
    [InlineData("Re: [list]", "[list]", true)]
    [InlineData("[a] [b]", "[b]", false)]
    [InlineData("[fwd: hello]", "hello", true)]
    [InlineData("[Fwd: [list] Re: hello (fwd)] (fwd)", "hello", true)]
    [InlineData("[fwd: [fwd: hello]]", "hello", true)]
    [InlineData("Re: [fwd: hello]", "hello", true)]
    [InlineData("[fwd: hello] there", "there", false)] // a blob
    [InlineData("a [nested [blob] b", "a [nested [blob] b", false)]
    [InlineData("[open hello", "[open hello", false)]
    [InlineData(" two \t\r\n words ", "two words", false)]
    [InlineData("Regarding: hello", "Regarding: hello", false)]
    [InlineData("Reply", "Reply", false)]
    [InlineData("Re:", "", true)]
    [InlineData("Re: (fwd)", "", true)]
    [InlineData("(fwd)", "", true)]
    [InlineData("[fwd:]", "", true)]
    [InlineData("Aw: hallo", "Aw: hallo", false)] // only English is stripped: every client must agree
    [InlineData("", "", false)]
    public void What_replies_and_lists_add_is_taken_away(string subject, string expected, bool isReplyOrForward) =>
        Assert.Equal(new BaseSubject(expected, isReplyOrForward), BaseSubject.Of(subject));

    [Theory]
    [InlineData("[a]")]
    [InlineData("[")]
    [InlineData("re[")]
    [InlineData("re ")]
    [InlineData("Re: ")]
    [InlineData("[fwd:")]
    [InlineData("[fwd:[a]")]
    [InlineData("(fwd)")]
    [InlineData("[a]re")]
    public void Long_junk_takes_no_longer_than_its_length_allows(string unit)
    {
        var junk = string.Concat(Enumerable.Repeat(unit, 200_000)); // quadratic time would be minutes

        Assert.NotNull(BaseSubject.Of(junk + "]").Text);
        Assert.NotNull(BaseSubject.Of(junk + "x").Text);
    }
}
