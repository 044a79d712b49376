using System.Globalization;
using System.Text;
using Cloud.Mail;
using Cloud.Mail.Headers;

namespace Cloud.Tests.Mail;

/// <summary>What delivery finds out once is what reading the message again would say.</summary>
public sealed class DeliveredFactsTests
{
    [Theory]
    [InlineData("Sun, 22 Nov 2026 07:59:58 +0100", 2)]
    [InlineData("Tue, 3 Nov 2026 07:59:58 -0330", 1)]
    [InlineData("Tue, 03 Nov 2026 07:59:58 +0000", 2)]
    [InlineData("Thu, 01 Jan 1970 00:00:00 +0000", 2)]
    [InlineData("Thu, 31 Dec 2099 23:59:59 +0000", 2)]
    public void Date_in_the_usual_form_takes_a_fifth_of_its_text_and_comes_back_to_the_letter(string date, int digits)
    {
        var index = Messages.Scan($"Date: {date}\r\n\r\n");
        var without = Messages.Scan("Date: \r\n\r\n");

        var read = MessageIndex.Unpack(index.Pack());

        Assert.InRange(index.Pack().Length - without.Pack().Length, 1, 8);
        Assert.Equal(date, read.Envelope.Date.ToString());
        var form = $"ddd, {new string('d', digits)} MMM yyyy HH:mm:ss zzz";
        var expected = DateTimeOffset.ParseExact(date.Insert(date.Length - 2, ":"), form, CultureInfo.InvariantCulture);
        Assert.Equal((expected, expected.Offset), (read.SentDate!.Value, read.SentDate.Value.Offset));
    }

    [Theory]
    [InlineData("Sun, 22 Nov 2026 07:59:58 -0000")]
    [InlineData("Sun, 22 Nov 2026 07:59:58 +0000 (UTC)")]
    [InlineData("Mon, 22 Nov 2026 07:59:58 +0100")] // a Sunday
    [InlineData("sun, 22 nov 2026 07:59:58 +0100")]
    [InlineData("22 Nov 2026 07:59 GMT")]
    [InlineData("Wed, 31 Dec 1969 23:59:59 +0000")]
    [InlineData("Sun, 22 Nov 2026 07:59:58.250 +0100")]
    [InlineData("some day")]
    [InlineData("")]
    public void Date_in_any_other_form_is_kept_as_it_was_written(string date)
    {
        var index = Messages.Scan($"Date: {date}\r\n\r\n");

        var read = MessageIndex.Unpack(index.Pack());

        Assert.Equal(date, read.Envelope.Date.ToString());
        Assert.Equal(MailDate.Parse(Encoding.ASCII.GetBytes(date)), read.SentDate);
    }

    [Theory]
    [InlineData("plain", "plain", false)]
    [InlineData("Re: [list] of \t many  spaces (fwd)", "of many spaces", true)]
    [InlineData("=?utf-8?Q?Re:_Gr=C3=BC=C3=9Fe?= (fwd)", "Grüße", true)]
    [InlineData("[fwd: Re: within]", "within", true)]
    [InlineData("Re:", "", true)]
    [InlineData("[list]", "[list]", false)]
    [InlineData("", "", false)]
    public void Base_subject_is_kept(string subject, string expected, bool isReply)
    {
        var index = Messages.Scan($"Subject: {subject}\r\n\r\n");

        Assert.Equal(new BaseSubject(expected, isReply), index.BaseSubject);
        Assert.Equal(new BaseSubject(expected, isReply), MessageIndex.Unpack(index.Pack()).BaseSubject);
        Assert.Equal(SortKeys.Casemap(expected), MessageIndex.Unpack(index.Pack()).SortKeys.Subject);
    }

    [Fact]
    public void Base_of_any_subject_is_the_one_that_was_kept()
    {
        string[] pieces =
        [
            "Re:",
            "re [x]:",
            "[a]",
            "[",
            "]",
            "(fwd)",
            "[fwd:",
            " ",
            "  ",
            "\t",
            "word",
            "=?utf-8?Q?=20x_?=",
            "é",
        ];
        var random = new Random(11);
        for (var i = 0; i < 5_000; i++)
        {
            var subject = string.Concat(
                Enumerable.Range(0, random.Next(12)).Select(_ => pieces[random.Next(pieces.Length)])
            );
            var index = Messages.Scan(Encoding.UTF8.GetBytes($"Subject: x{subject}\r\n\r\n"));

            Assert.Equal(BaseSubject.Of(index.Subject), MessageIndex.Unpack(index.Pack()).BaseSubject);
        }
    }

    [Fact]
    public void Attachment_is_remembered_though_the_parts_are_dropped_to_fit()
    {
        var part = "--m\r\nContent-Type: application/pdf\r\n\r\n\r\n";
        var index = Messages.Scan(
            $"Content-Type: multipart/mixed; boundary=m\r\n\r\n{string.Concat(Enumerable.Repeat(part, 10))}"
        );
        var wide = index.Body.Parts[0] with { Description = Octets.Copy(new byte[100_000]) };

        var read = MessageIndex.Unpack(
            (index with { Body = index.Body with { Parts = [.. Enumerable.Repeat(wide, 10)] } }).Pack()
        );

        Assert.Empty(read.Body.Parts);
        Assert.True(read.HasAttachment);
    }

    [Fact]
    public void Facts_cost_a_message_few_octets()
    {
        const string Header = "Date: Sun, 22 Nov 2026 07:59:58 +0100\r\nSubject: words\r\n";
        var reply = Header.Replace("words", "Re: words", StringComparison.Ordinal);

        var packed = Messages.Scan(Header + "\r\n").Pack().Length;

        Assert.InRange(packed, 1, 40); // the date alone had 31 as text
        Assert.Equal(packed + "Re: ".Length + 2, Messages.Scan(reply + "\r\n").Pack().Length);
    }
}
