using Cloud.Listener.Imap.Selected;

namespace Cloud.Tests.Listener.Imap;

public sealed class MailboxPatternTests
{
    [Theory]
    [InlineData("", "*", "a/b", true)]
    [InlineData("", "%", "a/b", false)]
    [InlineData("", "%", "a", true)]
    [InlineData("a/", "%", "a/b", true)]
    [InlineData("", "a%b", "axxb", true)]
    [InlineData("", "a%b", "ax/b", false)]
    [InlineData("", "a*b", "ax/b", true)]
    [InlineData("", "inbox", "INBOX", true)]
    [InlineData("", "Inbox/x", "INBOX/x", true)]
    [InlineData("", "Inboxes", "INBOXes", false)]
    [InlineData("", "a", "A", false)]
    [InlineData("", "", "", true)]
    [InlineData("", "*%", "a/b/c", true)]
    [InlineData("", "%/%", "a/b", true)]
    [InlineData("", "%/%", "a/b/c", false)]
    public void A_pattern_matches_as_the_rfc_says(string reference, string pattern, string name, bool matches) =>
        Assert.Equal(matches, new MailboxPattern(reference, pattern).Matches(name));

    [Theory]
    [InlineData("", "*", true)]
    [InlineData("", "%", true)]
    [InlineData("", "*box", true)]
    [InlineData("", "S%", true)]
    [InlineData("", "Shared", true)]
    [InlineData("Other Users/", "%", true)]
    [InlineData("Other Users/", "bob@example.test/INBOX", true)]
    [InlineData("", "INBOX", false)]
    [InlineData("", "Sent*", false)]
    [InlineData("", "Share", false)]
    [InlineData("work/", "*", false)]
    public void Others_are_asked_for_where_a_name_of_theirs_could_match(
        string reference,
        string pattern,
        bool reaches
    ) => Assert.Equal(reaches, new MailboxPattern(reference, pattern).ReachesOthers);

    [Fact]
    public void Many_stars_do_not_multiply()
    {
        var pattern = new MailboxPattern("", string.Concat(Enumerable.Repeat("*a", 60)) + "b");
        Assert.False(pattern.Matches(new string('a', 2000)));
    }
}
