using System.Text;
using Cloud.Mail;
using Cloud.Mail.Compose;
using Cloud.Mail.Reports;
using Cloud.Tests.Mail.Compose;

namespace Cloud.Tests.Mail.Reports;

public sealed class DispositionNoticeTests
{
    static DispositionNotice Notice =>
        new()
        {
            Report = new DispositionReport
            {
                ReportingUa = "mail.here.example; Cloud",
                OriginalRecipient = new("rfc822", "Bob@there.example"),
                FinalRecipient = new("rfc822", "bob@there.example"),
                OriginalMessageId = "1@here.example",
                Disposition = new(MessageDisposition.Displayed, IsManualAction: true, IsSentManually: true, []),
            },
            From = new(new EmailAddress("bob", "there.example"), "Bob"),
            To = [new(new EmailAddress("ann", "here.example"))],
            Date = Composing.Noon,
            MessageId = "r1@there.example",
            Seed = Composing.Seed,
            OriginalSubject = "Lunch?",
        };

    [Fact]
    public void Receipt_is_told_to_people_and_programs()
    {
        var bytes = Composing.Bytes(Notice.ToMessage());

        var index = Messages.Scan(bytes);
        Assert.Equal("Read: Lunch?", index.Subject);
        Assert.Equal("disposition-notification", index.Body.Parameter("report-type"u8).ToString());
        Assert.Contains("shown", Encoding.UTF8.GetString(Composing.Content(index.Body.Parts[0], bytes)));
        Assert.Equal(
            """
            Reporting-UA: mail.here.example; Cloud
            Original-Recipient: rfc822; Bob@there.example
            Final-Recipient: rfc822; bob@there.example
            Original-Message-ID: <1@here.example>
            Disposition: manual-action/MDN-sent-manually; displayed

            """.ReplaceLineEndings("\r\n"),
            Encoding.UTF8.GetString(Composing.Content(index.Body.Parts[1], bytes))
        );
    }

    [Fact]
    public void What_is_reported_is_read()
    {
        var report = Notice.Report with
        {
            Disposition = new("deleted", false, false, ["error"]),
            Errors = ["no room"],
            Extensions = [new("X-Note", "1")],
        };
        var bytes = Composing.Bytes((Notice with { Report = report }).ToMessage());

        var read = ReportReader.Read(bytes, Messages.Scan(bytes))!;

        Assert.Equal("1@here.example", read.OriginalMessageId);
        var disposition = read.Disposition!;
        Assert.Equal(report.Disposition.ToString(), disposition.Disposition.ToString());
        Assert.Equal(report.Errors, disposition.Errors);
        Assert.Equal(report.Extensions, disposition.Extensions);
        Assert.Equal(report.FinalRecipient, disposition.FinalRecipient);
        Assert.Equal(report.ReportingUa, disposition.ReportingUa);
        Assert.Null(read.Delivery);
    }

    [Fact]
    public void Message_id_beyond_ascii_makes_the_report_a_global_one()
    {
        var notice = Notice with { Report = Notice.Report with { OriginalMessageId = "é@here.example" } };
        foreach (var options in new[] { new ComposeOptions(), new ComposeOptions(HeaderForm.Utf8, EightBit: true) })
        {
            var bytes = Composing.Bytes(notice.ToMessage(), options);

            Composing.AssertSound(bytes, options);
            var index = Messages.Scan(bytes);
            Assert.True(index.Body.Parts[1].Is("message"u8, "global-disposition-notification"u8));
            Assert.Equal("é@here.example", ReportReader.Read(bytes, index)!.OriginalMessageId);
        }
    }

    [Theory]
    [InlineData("a b@here.example")]
    [InlineData("<a@here.example>")]
    [InlineData("")]
    public void Message_id_that_is_none_is_left_out(string id)
    {
        var notice = Notice with { Report = Notice.Report with { OriginalMessageId = id } };

        var bytes = Composing.Bytes(notice.ToMessage());

        Assert.DoesNotContain("Original-Message-ID", Encoding.UTF8.GetString(bytes));
        Assert.Equal("displayed", ReportReader.Read(bytes, Messages.Scan(bytes))!.Disposition!.Disposition.Type);
    }

    [Theory]
    [InlineData("manual-action/MDN-sent-manually; displayed", "displayed", true, true, "")]
    [InlineData("automatic-action/MDN-sent-automatically;deleted/error,x", "deleted", false, false, "error x")]
    [InlineData("displayed", "displayed", true, true, "")]
    [InlineData(" Manual-Action/mdn-sent-automatically ; DISPLAYED/", "displayed", true, false, "")]
    [InlineData("", "", true, true, "")]
    [InlineData(";/,;", "", true, true, ";")]
    public void Dispositions_are_read_as_they_come(string value, string type, bool manual, bool sent, string modifiers)
    {
        var read = MessageDisposition.Parse(value);

        Assert.Equal((type, manual, sent), (read.Type, read.IsManualAction, read.IsSentManually));
        Assert.Equal(modifiers, string.Join(' ', read.Modifiers));
    }

    [Fact]
    public void Bad_bytes_are_read_as_far_as_they_make_sense()
    {
        var bytes = Composing.Bytes(Notice.ToMessage());
        foreach (var damaged in Damage.Cut(bytes).Concat(Damage.Mutate(bytes, 8098, 2_000)))
            ReportReader.Read(damaged, Messages.Scan(damaged));
    }
}
