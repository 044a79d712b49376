using Cloud.Listener.Imap.Selected;
using Cloud.Tests.Fakes;

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

    /// <summary>Some 200,000 octets of patterns by some 4,000 of names: more of both would take a core for hours.</summary>
    [Theory]
    [InlineData("LIST \"\" ({0})", 50)]
    [InlineData("LSUB \"\" {0}", 1)]
    public async Task What_would_take_too_long_is_refused(string command, int patterns)
    {
        var backend = await TestBackend.OpenAsync();
        var level = new string('a', 250);
        for (var i = 0; i < 40 / patterns * 4 + 4; i++)
        {
            var name = string.Join('/', Enumerable.Repeat(level, 18).Append($"{i}"));
            Assert.True((await backend.Gateway.CreateMailboxAsync(backend.AliceId, name, default, default)).IsOk);
        }
        await using var listener = await ImapServer.ListenAsync(backend);
        await using var client = await ImapClient.OpenAsync(listener);
        var stars = string.Concat(Enumerable.Repeat("*a", 2040));
        var asked = string.Join(' ', Enumerable.Repeat($"{{{stars.Length}+}}\r\n{stars}", patterns));

        Assert.StartsWith("t2 NO [LIMIT]", await client.AskAsync(string.Format(command, asked)));
        // What is long and names one, and what is short and names many, is no such work.
        await client.DoAsync(
            string.Format(command, string.Join(' ', Enumerable.Repeat(new string('a', 1000), patterns)))
        );
        await client.DoAsync(string.Format(command, string.Join(' ', Enumerable.Repeat("*a%", patterns))));
    }
}
