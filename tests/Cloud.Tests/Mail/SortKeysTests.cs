using Cloud.Mail;

namespace Cloud.Tests.Mail;

/// <summary>What SORT compares, RFC 5256 §3.</summary>
public sealed class SortKeysTests
{
    [Fact]
    public void First_mailboxes_base_subject_and_date_are_compared_without_case()
    {
        var keys = Messages
            .Scan(
                "From: Zoe <Bob@z.example>, a@here.example\r\nTo: team: ann@here.example, x@y;\r\nCc: nobody (at all) <>\r\n"
                    + "Subject: Re: [list] =?utf-8?Q?Gr=C3=BC=C3=9Fe?= (fwd)\r\nDate: Sun, 22 Nov 2026 08:00:00 +0100\r\n\r\n"
            )
            .SortKeys;

        Assert.Equal("BOB", keys.From);
        Assert.Equal("ANN", keys.To);
        Assert.Equal("", keys.Cc);
        Assert.Equal(SortKeys.Casemap("grüße"), keys.Subject);
        Assert.Equal(new DateTimeOffset(2026, 11, 22, 7, 0, 0, TimeSpan.Zero), keys.Sent!.Value.ToUniversalTime());
    }

    [Fact]
    public void Missing_fields_sort_first_and_a_date_beyond_understanding_is_none() =>
        Assert.Equal(new SortKeys("", "", "", "", null), Messages.Scan("Date: some day\r\n\r\n").SortKeys);

    [Theory]
    [InlineData("Zürich", "zu\u0308RICH")] // composed or not
    [InlineData("Ⅷ \uff21", "VIII a")] // compatibility forms
    [InlineData("ﬁne", "ﬁNE")]
    [InlineData("abc", "ABC")]
    public void Same_letters_are_equal(string left, string right) =>
        Assert.Equal(SortKeys.Casemap(left), SortKeys.Casemap(right));

    [Fact]
    public void Half_a_character_does_no_harm() => Assert.NotNull(SortKeys.Casemap("\ud83d"));

    [Theory]
    [InlineData("Auto-Submitted: auto-replied (vacation)\r\n", true)]
    [InlineData("Auto-Submitted: No\r\n", false)]
    [InlineData("", false)]
    public void Program_that_wrote_a_message_says_so(string header, bool isAutomatic) =>
        Assert.Equal(isAutomatic, Messages.Scan(header + "\r\nx").IsAutomatic);
}
