using System.Text;
using Cloud.Mail;
using Cloud.Mail.Compose;
using Cloud.Mail.Reports;
using Cloud.Tests.Mail.Compose;

namespace Cloud.Tests.Mail.Reports;

public sealed class DeliveryNoticeTests
{
    static readonly EmailAddress Ann = new("ann", "here.example");
    static readonly EmailAddress Bob = new("bob", "there.example");

    static readonly RecipientReport Failed = new()
    {
        OriginalRecipient = new("rfc822", "Bob@there.example"),
        FinalRecipient = TypedText.Of(Bob),
        Action = DeliveryAction.Failed,
        Status = "5.1.1",
        RemoteMta = new("dns", "mx.there.example"),
        DiagnosticCode = new("smtp", "550 5.1.1 No such user here"),
        LastAttempt = Composing.Noon,
        FinalLogId = "q-17",
    };

    static readonly DeliveryReport Report = new()
    {
        EnvelopeId = "env=17",
        ReportingMta = new("dns", "mail.here.example"),
        ReceivedFromMta = new("dns", "client.here.example"),
        ArrivalDate = Composing.Noon.AddHours(-1),
        Recipients = [Failed],
        Extensions = [new("X-Cloud-Trace", "t-1")],
    };

    static readonly byte[] Original = Encoding.ASCII.GetBytes(
        "From: ann@here.example\r\nMessage-ID: <1@here.example>\r\nSubject: Lunch?\r\n\r\nToday?\r\n"
    );

    static DeliveryNotice Notice =>
        new()
        {
            Report = Report,
            From = new(new EmailAddress("postmaster", "here.example"), "Mail delivery"),
            To = Ann,
            Date = Composing.Noon,
            MessageId = "n1@here.example",
            Seed = Composing.Seed,
            OriginalSubject = "Lunch?",
            OriginalMessageId = "1@here.example",
            Returned = new ReturnedMessage(OctetSource.Of(Original), IsFull: true),
        };

    [Fact]
    public void Failure_is_told_in_words_for_people_fields_for_programs_and_the_message_itself()
    {
        var bytes = Composing.Bytes(Notice.ToMessage());

        Composing.AssertSound(bytes, ComposeOptions.Default);
        var index = Messages.Scan(bytes);
        Assert.Equal("Not delivered: Lunch?", index.Subject);
        Assert.Equal("auto-replied", Composing.FieldText(bytes, "Auto-Submitted"));
        Assert.Equal("1@here.example", Assert.Single(index.References).ToString());
        Assert.True(index.Body.Is("multipart"u8, "report"u8));
        Assert.Equal("delivery-status", index.Body.Parameter("report-type"u8).ToString());
        Assert.Equal(
            """
            Your message could not be delivered to:

                Bob@there.example
                    There is no such mailbox. Please check the address for typing mistakes.
                    mx.there.example said: 550 5.1.1 No such user here

            Your message:
                Subject: Lunch?

            This report was written by the mail system. Its second part has the details for experts.

            """.ReplaceLineEndings("\r\n"),
            Encoding.UTF8.GetString(Composing.Content(index.Body.Parts[0], bytes))
        );
        Assert.Equal(
            """
            Original-Envelope-Id: env=17
            Reporting-MTA: dns; mail.here.example
            Received-From-MTA: dns; client.here.example
            Arrival-Date: Sun, 1 Mar 2026 11:00:00 +0100
            X-Cloud-Trace: t-1

            Original-Recipient: rfc822; Bob@there.example
            Final-Recipient: rfc822; bob@there.example
            Action: failed
            Status: 5.1.1
            Remote-MTA: dns; mx.there.example
            Diagnostic-Code: smtp; 550 5.1.1 No such user here
            Last-Attempt-Date: Sun, 1 Mar 2026 12:00:00 +0100
            Final-Log-ID: q-17

            """.ReplaceLineEndings("\r\n"),
            Encoding.UTF8.GetString(Composing.Content(index.Body.Parts[1], bytes))
        );
        Assert.True(index.Body.Parts[1].Is("message"u8, "delivery-status"u8));
        Assert.Equal(Original, Composing.Content(index.Body.Parts[2], bytes));
    }

    [Fact]
    public void What_is_reported_is_read()
    {
        var bytes = Composing.Bytes(Notice.ToMessage());

        var read = ReportReader.Read(bytes, Messages.Scan(bytes))!;

        Assert.Equal(ReportForm.Standard, read.Form);
        Assert.Equal("1@here.example", read.OriginalMessageId);
        Assert.Equal("Lunch?", read.Original!.Subject.ToString());
        var delivery = read.Delivery!;
        Assert.Equal(Failed, Assert.Single(delivery.Recipients) with { Extensions = Failed.Extensions });
        Assert.Equal(Report.Extensions, delivery.Extensions);
        Assert.Equal("env=17", delivery.EnvelopeId);
        Assert.Equal(Report.ReportingMta, delivery.ReportingMta);
        Assert.Equal(Report.ArrivalDate, delivery.ArrivalDate);
        Assert.Equal(DeliveryAction.Failed, delivery.Worst);
    }

    [Fact]
    public void Headers_alone_come_back_where_the_sender_asked_for_no_more()
    {
        var header = Original.AsMemory(0, Original.Length - "Today?\r\n".Length);
        var notice = Notice with { Returned = new ReturnedMessage(OctetSource.Of(header), IsFull: false) };
        var bytes = Composing.Bytes(notice.ToMessage());

        var part = Messages.Scan(bytes).Body.Parts[2];
        Assert.True(part.Is("text"u8, "rfc822-headers"u8));
        Assert.Equal(header.ToArray(), Composing.Content(part, bytes));
        Assert.Equal("1@here.example", ReportReader.Read(bytes, Messages.Scan(bytes))!.OriginalMessageId);
    }

    [Fact]
    public void Message_that_could_only_come_back_as_a_file_is_known_again()
    {
        byte[] original = [.. Original, .. "caf\u00e9\r\n"u8];
        var notice = Notice with { Returned = new ReturnedMessage(OctetSource.Of(original), IsFull: true) };
        var bytes = Composing.Bytes(notice.ToMessage());

        var index = Messages.Scan(bytes);
        Assert.True(index.Body.Parts[2].Is("application"u8, "octet-stream"u8));
        Assert.Equal(original, Composing.Content(index.Body.Parts[2], bytes));
        var read = ReportReader.Read(bytes, index)!;
        Assert.Equal("1@here.example", read.OriginalMessageId);
        Assert.Equal("Lunch?", read.Original!.Subject.ToString());
    }

    [Theory]
    [InlineData(DeliveryAction.Delayed, "4.4.1", "Delayed: Lunch?", "could not be delivered yet")]
    [InlineData(DeliveryAction.Delivered, "2.1.5", "Delivered: Lunch?", "was delivered to:")]
    [InlineData(DeliveryAction.Relayed, "2.1.9", "Passed on: Lunch?", "does not report delivery")]
    [InlineData(DeliveryAction.Expanded, "2.1.5", "Delivered: Lunch?", "sends it on to its members")]
    public void Each_outcome_has_its_words(DeliveryAction action, string status, string subject, string words)
    {
        var recipient = Failed with { Action = action, Status = status, RetryUntil = Composing.Noon.AddDays(2) };
        var bytes = Composing.Bytes((Notice with { Report = Report with { Recipients = [recipient] } }).ToMessage());

        var index = Messages.Scan(bytes);
        Assert.Equal(subject, index.Subject);
        Assert.Contains(words, Encoding.UTF8.GetString(Composing.Content(index.Body.Parts[0], bytes)));
        var read = Assert.Single(ReportReader.Read(bytes, index)!.Delivery!.Recipients);
        Assert.Equal((action, status), (read.Action, read.Status));
        Assert.Equal(recipient.RetryUntil, read.RetryUntil);
    }

    [Fact]
    public void Addresses_beyond_ascii_are_escaped_in_ascii_and_raw_in_utf8()
    {
        var dmitri = new EmailAddress("дмитрий", "пример.example");
        var report = Report with
        {
            Recipients = [Failed with { FinalRecipient = TypedText.Of(dmitri), OriginalRecipient = null }],
        };
        var global = new ReturnedMessage(OctetSource.Of(Encoding.UTF8.GetBytes("Subject: é\r\n\r\n")), false, true);

        var ascii = Composing.Bytes((Notice with { Report = report }).ToMessage());
        var utf8 = Composing.Bytes(
            (Notice with { Report = report, IsGlobal = true, Returned = global }).ToMessage(),
            new ComposeOptions(HeaderForm.Utf8, EightBit: true)
        );

        Assert.Contains(
            @"Final-Recipient: utf-8;|\x{434}\x{43C}",
            Encoding.ASCII.GetString(ascii).Replace("\r\n ", "|")
        );
        Assert.Contains("Final-Recipient: utf-8; дмитрий@пример.example", Encoding.UTF8.GetString(utf8));
        Assert.Contains("message/global-delivery-status", Encoding.UTF8.GetString(utf8));
        Assert.Contains("message/global-headers", Encoding.UTF8.GetString(utf8));
        foreach (var bytes in new[] { ascii, utf8 })
        {
            var read = ReportReader.Read(bytes, Messages.Scan(bytes))!.Delivery!;
            Assert.Equal(dmitri, Assert.Single(read.Recipients).Address);
        }
    }

    [Theory]
    [InlineData(@"\x{434}@x.example", "д@x.example", @"\x{434}@x.example")] // as ORCPT carried it
    [InlineData("д@x.example", "д@x.example", @"\x{434}@x.example")]
    [InlineData(@"no\x{434}address", @"no\x{434}address", @"no\x{434}address")] // RFC 6533 §3: without alteration
    public void Original_recipient_is_said_in_the_form_of_the_report(string given, string global, string ascii)
    {
        var recipient = Failed with { OriginalRecipient = new("utf-8", given) };
        var notice = Notice with { Report = Report with { Recipients = [recipient] } };

        var options = new ComposeOptions(HeaderForm.Utf8, EightBit: true);
        var utf8 = Encoding.UTF8.GetString(Composing.Bytes((notice with { IsGlobal = true }).ToMessage(), options));
        Assert.Contains($"Original-Recipient: utf-8; {global}\r\n", utf8);
        Assert.Contains(
            $"Original-Recipient: utf-8; {ascii}\r\n",
            Encoding.ASCII.GetString(Composing.Bytes(notice.ToMessage()))
        );
    }

    [Fact]
    public void Extension_that_is_a_field_of_the_standard_is_refused()
    {
        Refused(Report with { Extensions = [new("final-recipient", "rfc822; eve@there.example")] });
        Refused(Report with { Extensions = [new("Reporting-MTA", "dns; x")] });
        Refused(Report with { Recipients = [Failed with { Extensions = [new("Status", "2.0.0")] }] });

        static void Refused(DeliveryReport report) =>
            Assert.Throws<ComposeException>(() => (Notice with { Report = report }).ToMessage());
    }

    [Fact]
    public void Words_of_a_hostile_server_stay_in_their_field()
    {
        var words = "550 no\r\nStatus: 2.0.0\r\n\r\nFinal-Recipient: rfc822; x@y\0 " + new string('é', 5_000);
        var recipient = Failed with { DiagnosticCode = new("smtp", words) };
        var bytes = Composing.Bytes((Notice with { Report = Report with { Recipients = [recipient] } }).ToMessage());

        Composing.AssertSound(bytes, ComposeOptions.Default);
        var read = Assert.Single(ReportReader.Read(bytes, Messages.Scan(bytes))!.Delivery!.Recipients);
        Assert.Equal("5.1.1", read.Status);
        Assert.StartsWith("550 no Status: 2.0.0", read.DiagnosticCode!.Value.Text);
    }

    [Fact]
    public void White_space_longer_than_a_line_does_not_keep_a_report_from_being_written()
    {
        var words = $"550 no{new string(' ', 1_500)}body{new string('\t', 1_500)}";
        var recipient = Failed with { DiagnosticCode = new("smtp", words) };
        var bytes = Composing.Bytes((Notice with { Report = Report with { Recipients = [recipient] } }).ToMessage());

        var read = Assert.Single(ReportReader.Read(bytes, Messages.Scan(bytes))!.Delivery!.Recipients);
        Assert.Equal("550 no body", read.DiagnosticCode!.Value.Text);
    }

    [Fact]
    public void Report_without_what_the_standard_demands_is_refused()
    {
        Refused(Report with { ReportingMta = null });
        Refused(Report with { Recipients = [] });
        Refused(Report with { Recipients = [Failed with { Status = "no" }] });

        static void Refused(DeliveryReport report) =>
            Assert.Throws<ComposeException>(() => (Notice with { Report = report }).ToMessage());
    }

    [Fact]
    public void Bad_bytes_are_read_as_far_as_they_make_sense()
    {
        var bytes = Composing.Bytes(Notice.ToMessage());
        foreach (var damaged in Damage.Cut(bytes).Concat(Damage.Mutate(bytes, 3464, 3_000)))
        {
            var read = ReportReader.Read(damaged, Messages.Scan(damaged));
            Assert.All(read?.Delivery?.Recipients ?? [], recipient => Assert.NotNull(recipient.Status));
            ReportReader.Read(damaged, Messages.Scan(bytes)); // an index of more than there is
        }
    }
}
