using System.Text;
using Cloud.Mail.Reports;

namespace Cloud.Tests.Mail.Reports;

/// <summary>Reports in the shapes that other systems give them.</summary>
public sealed class ReportReaderTests
{
    [Fact]
    public void Exchange_writes_types_in_capitals_without_spaces_and_codes_in_the_text()
    {
        var read = Status(
            """
            Reporting-MTA: dns;EX01.corp.example
            Received-From-MTA: dns;client
            Arrival-Date: Sun, 1 Mar 2026 11:00:00 +0000

            Original-Recipient: rfc822;bob@there.example
            Final-Recipient: RFC822;bob@there.example
            Action: Failed
            Status: 5.1.10
            Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address
             lookup
            X-Display-Name: Bob
            """
        );

        var recipient = Assert.Single(read.Recipients);
        Assert.Equal("5.1.10", recipient.Status);
        Assert.Equal("bob@there.example", recipient.Address!.ToString());
        Assert.EndsWith("Recipient not found by SMTP address lookup", recipient.DiagnosticCode!.Value.Text);
        Assert.Equal("EX01.corp.example", read.ReportingMta!.Value.Text);
    }

    [Fact]
    public void Gmail_names_the_message_in_a_field_of_its_own()
    {
        var read = Read(
            Report(
                """
                Reporting-MTA: dns; googlemail.com
                Arrival-Date: Sun, 01 Mar 2026 03:00:00 -0800 (PST)
                X-Original-Message-ID: <1@here.example>

                Final-Recipient: rfc822; bob@there.example
                Action: delayed
                Status: 4.4.1
                Diagnostic-Code: smtp; The recipient server did not accept our requests to connect.
                Last-Attempt-Date: Sun, 01 Mar 2026 06:00:00 -0800 (PST)
                Will-Retry-Until: Tue, 03 Mar 2026 03:00:00 -0800 (PST)
                """
            )
        )!;

        Assert.Equal("1@here.example", read.OriginalMessageId);
        var recipient = Assert.Single(read.Delivery!.Recipients);
        Assert.Equal(DeliveryAction.Delayed, recipient.Action);
        Assert.Equal(3, recipient.RetryUntil!.Value.Day);
    }

    [Theory]
    [InlineData("Final-Recipient: bob@there.example\nStatus: 5.0.0 (permanent)")] // no type, no action, a comment
    [InlineData("Final-Recipient: rfc822; <bob@there.example>\nDiagnostic-Code: 550 5.0.0 no")]
    [InlineData("Original-Recipient: rfc822; bob@there.example\nAction: failed")] // no final recipient, no status
    [InlineData("\n\n\nReporting-MTA: dns; x\n\n\n\nFinal-Recipient: rfc822; bob@there.example\n\n\n")]
    [InlineData("Reporting-MTA: dns; x\nFinal-Recipient: rfc822; bob@there.example")] // no blank line between
    [InlineData("This is a report.\n\nReporting-MTA: dns; x\n\nFinal-Recipient: rfc822; bob@there.example")]
    [InlineData("Final-Recipient : rfc822 ; bob@there.example (Bob)\nAction: failed (gave up)")]
    [InlineData("Final-Recipient: LOCAL; \"Bob\" <bob@there.example>")]
    public void What_others_forgot_is_told_from_what_is_there(string status)
    {
        var recipient = Assert.Single(Status(status).Recipients);

        Assert.Equal(DeliveryAction.Failed, recipient.Action);
        Assert.Equal("5.0.0", recipient.Status);
        Assert.Equal("bob@there.example", recipient.Address!.ToString());
    }

    [Fact]
    public void Recipients_that_follow_without_a_blank_line_are_kept_apart()
    {
        var read = Status(
            "Reporting-MTA: dns; x\nFinal-Recipient: rfc822; a@x\nStatus: 5.1.1\nFinal-Recipient: rfc822; b@x\nStatus: 4.2.2"
        );

        Assert.Equal(["5.1.1", "4.2.2"], read.Recipients.Select(recipient => recipient.Status));
        Assert.Equal(DeliveryAction.Failed, read.Worst);
    }

    [Fact]
    public void Both_addresses_of_a_recipient_and_all_its_fields_stay_together()
    {
        const string Recipient = "Original-Recipient: rfc822; a@x\nFinal-Recipient: rfc822; b@x\nStatus: 4.2.2\n";
        var extensions = string.Concat(Enumerable.Repeat("X-Queue: 1\n", 500));

        var read = Status($"Reporting-MTA: dns; x\n\n{Recipient}{extensions}{Recipient}{extensions}");

        Assert.Equal([500, 500], read.Recipients.Select(recipient => recipient.Extensions.Count));
        Assert.All(read.Recipients, recipient => Assert.Equal("a@x", recipient.OriginalRecipient!.Value.Text));
    }

    [Fact]
    public void Text_between_the_fields_of_a_recipient_does_not_part_them()
    {
        var read = Status(
            "Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; b@x\nAction: failed\nWe tried hard\nStatus: 5.1.1\n"
        );

        Assert.Equal("5.1.1", Assert.Single(read.Recipients).Status);
    }

    [Theory]
    [InlineData(" ")]
    [InlineData("\t ")]
    public void Line_of_white_space_parts_recipients_as_a_blank_one_does(string line)
    {
        var read = Status(
            $"Reporting-MTA: dns; x\nX-Queue: 1\n{line}\nAction: failed\nFinal-Recipient: rfc822; a@x\nStatus: 5.1.1\n"
                + $"{line}\nAction: delayed\nFinal-Recipient: rfc822; b@x\nStatus: 4.2.2\n"
        );

        Assert.Equal(
            [DeliveryAction.Failed, DeliveryAction.Delayed],
            read.Recipients.Select(recipient => recipient.Action)
        );
        Assert.Equal("X-Queue", Assert.Single(read.Extensions).Key);
        Assert.All(read.Recipients, recipient => Assert.Empty(recipient.Extensions));
    }

    [Fact]
    public void Line_of_white_space_within_a_field_or_a_recipient_is_no_end()
    {
        var read = Status(
            "Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; a@x\nDiagnostic-Code: smtp; 550 no\n \n such user\n"
                + " \nStatus: 5.1.1\nAction: failed\n"
        );

        var recipient = Assert.Single(read.Recipients);
        Assert.Equal("5.1.1", recipient.Status);
        Assert.EndsWith("such user", recipient.DiagnosticCode!.Value.Text);
    }

    [Theory]
    [InlineData("    wrapped text, about as long as the two lines after it\n")]
    [InlineData("From someone, a line as of an mbox file, long as those below\n")]
    public void Lines_passed_over_before_a_recipient_do_not_repeat_it(string line)
    {
        var read = Status(
            $"Reporting-MTA: dns; x\n\n{line}Status: 5.1.1\nAction: failed\nFinal-Recipient: rfc822; b@x\n"
        );

        Assert.Equal("5.1.1", Assert.Single(read.Recipients).Status);
    }

    [Fact]
    public void Status_part_is_found_in_a_mixed_message_and_in_base64_and_labelled_as_text()
    {
        const string Fields = "Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; b@x\nAction: failed\nStatus: 5.1.1\n";
        var base64 = System.Convert.ToBase64String(Encoding.ASCII.GetBytes(Fields));

        Assert.NotNull(Read(Report(Fields).Replace("multipart/report", "multipart/mixed"))?.Delivery);
        Assert.NotNull(Read(Report(Fields).Replace("message/delivery-status", "text/plain"))?.Delivery);
        Assert.NotNull(
            Read(
                Report(base64)
                    .Replace("message/delivery-status", "message/delivery-status\nContent-Transfer-Encoding: base64")
            )?.Delivery
        );
    }

    [Fact]
    public void Qmails_text_is_read_as_the_guess_it_is()
    {
        var read = Read(
            """
            From: MAILER-DAEMON@there.example
            Subject: failure notice

            Hi. This is the qmail-send program at there.example.
            I'm afraid I wasn't able to deliver your message to the following addresses.
            This is a permanent error; I've given up. Sorry it didn't work out.

            <bob@there.example>:
            Sorry, no mailbox here by that name. (#5.1.1)

            <eve@there.example>:
            192.0.2.1 does not like recipient.
            Remote host said: 552 mailbox full

            --- Below this line is a copy of the message.

            Return-Path: <ann@here.example>
            Message-ID: <1@here.example>
            Subject: Lunch?

            Today?
            """
        )!;

        Assert.Equal(ReportForm.Qsbmf, read.Form);
        Assert.Equal("1@here.example", read.OriginalMessageId);
        Assert.Equal(["5.1.1", "5.0.0"], read.Delivery!.Recipients.Select(recipient => recipient.Status));
        Assert.Equal("bob@there.example", read.Delivery.Recipients[0].Address!.ToString());
        Assert.EndsWith("Remote host said: 552 mailbox full", read.Delivery.Recipients[1].DiagnosticCode!.Value.Text);
    }

    [Fact]
    public void Failed_recipients_in_a_header_are_read_as_the_guess_they_are()
    {
        var read = Read("X-Failed-Recipients: bob@there.example,\n eve@there.example\n\n550 5.7.1 go away\n")!;

        Assert.Equal(ReportForm.FailedRecipients, read.Form);
        Assert.Equal(["bob@there.example", "eve@there.example"], read.Delivery!.Recipients.Select(r => $"{r.Address}"));
        Assert.Equal("5.7.1", read.Delivery.Recipients[0].Status);
    }

    [Fact]
    public void Body_is_read_once_for_all_failed_recipients()
    {
        var recipients = string.Concat(Enumerable.Repeat("X-Failed-Recipients: bob@there.example\n", 1_000));
        var body = string.Concat(Enumerable.Repeat("Nobody of that name lives here, as it seems.\n", 5_000));
        var message = Encoding.ASCII.GetBytes($"{recipients}\n{body}550 5.7.1 go away\n");
        var index = Messages.Scan(message);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var read = ReportReader.Read(message, index)!;

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 * message.Length);
        Assert.Equal(1_000, read.Delivery!.Recipients.Count(recipient => recipient.Status == "5.7.1"));
    }

    [Theory]
    [InlineData("Subject: hi\n\nhello\n")]
    [InlineData("Subject: hi\n\nHi. This is the day we talked about.\n\n<3\n")]
    [InlineData(
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nx\n--b\n\ny\n--b--\n"
    )]
    [InlineData("Content-Type: message/rfc822\n\nX-Failed-Recipients: a@b\n\n")] // of the message inside
    public void Other_mail_is_no_report(string message) => Assert.Null(Read(message));

    [Fact]
    public void Reports_are_bounded()
    {
        var many = string.Concat(Enumerable.Repeat("\nFinal-Recipient: rfc822; b@x\nStatus: 5.1.1\n", 20_000));

        Assert.Equal(DeliveryReportText.MaxRecipients, Status("Reporting-MTA: dns; x\n" + many).Recipients.Count);
    }

    [Theory]
    [InlineData("550 5.1.1 x", "5.1.1")]
    [InlineData("(#5.7.1)", "5.7.1")]
    [InlineData("failed: 4.4.7.", "4.4.7")]
    [InlineData("5.1.1", "5.1.1")]
    [InlineData("192.5.1.1", null)]
    [InlineData("5.1", null)]
    [InlineData("3.1.1", null)]
    [InlineData("5.1.1.1", null)]
    [InlineData("5.1111.1", null)]
    [InlineData("5..1", null)]
    [InlineData("", null)]
    public void Status_codes_are_found_in_text(string text, string? expected) =>
        Assert.Equal(expected, StatusCode.Find(text));

    [Theory]
    [InlineData("message/feedback-report", "abuse", true)]
    [InlineData("text/plain", "FRAUD", true)]
    [InlineData("message/feedback-report", "opt-out", true)]
    [InlineData("message/feedback-report", "not-spam", false)]
    [InlineData("message/feedback-report", "Auth-Failure", false)]
    public void A_feedback_report_is_a_complaint_but_for_two_types(string label, string type, bool isComplaint)
    {
        var message = Feedback(label, $"Feedback-Type: {type}\nOriginal-Rcpt-To: bob@there.example");
        Assert.True(ReportReader.MayHoldFeedback(Messages.Scan(message)));
        var read = Read(message)!.Feedback!;
        Assert.Equal((type.ToLowerInvariant(), isComplaint), (read.Type, read.IsComplaint));
        Assert.Equal("bob@there.example", $"{Assert.Single(read.OriginalRecipients)}");
    }

    [Fact]
    public void Without_a_type_it_is_no_feedback_and_other_reports_hold_none()
    {
        Assert.Null(Read(Feedback("message/feedback-report", "User-Agent: x\nVersion: 1")));
        Assert.False(ReportReader.MayHoldFeedback(Messages.Scan(Report("Action: failed"))));
    }

    [Fact]
    public void No_more_recipients_are_taken_than_a_report_may_have()
    {
        var many = string.Concat(Enumerable.Range(0, 300).Select(i => $"Original-Rcpt-To: <{i}@there.example>\n"));
        var read = FeedbackReport.Parse(Encoding.ASCII.GetBytes($"Feedback-Type: abuse\n{many}"))!;
        Assert.Equal(FeedbackReport.MaxRecipients, read.OriginalRecipients.Count);
    }

    static string Feedback(string label, string fields) =>
        Report(fields)
            .Replace("report-type=delivery-status", "report-type=feedback-report", StringComparison.Ordinal)
            .Replace("message/delivery-status", label, StringComparison.Ordinal);

    static DeliveryReport Status(string fields) => Read(Report(fields))!.Delivery!;

    static string Report(string fields) =>
        $"""
            From: postmaster@there.example
            Content-Type: multipart/report; report-type=delivery-status; boundary=b

            --b

            It did not work.
            --b
            Content-Type: message/delivery-status

            {fields}
            --b--

            """;

    static ReceivedReport? Read(string message)
    {
        var bytes = Encoding.UTF8.GetBytes(message);
        var read = ReportReader.Read(bytes, Messages.Scan(bytes));
        var crlf = Encoding.UTF8.GetBytes(message.ReplaceLineEndings("\r\n"));
        Assert.Equal(
            read?.Delivery?.Recipients.Count,
            ReportReader.Read(crlf, Messages.Scan(crlf))?.Delivery?.Recipients.Count
        );
        foreach (var damaged in Damage.Mutate(bytes, 17, 200).Concat(bytes.Length < 5_000 ? Damage.Cut(bytes) : []))
            ReportReader.Read(damaged, Messages.Scan(damaged));
        return read;
    }
}
