using System.Security.Cryptography;
using System.Text;
using Cloud.Flow.Submission;
using Cloud.Mail;
using Cloud.Store;

namespace Cloud.Tests.Flow.Submitting;

public sealed class MessagePreparationTests
{
    const string Received = "Received: by here.test; Fri, 02 Jan 2026 03:04:05 +0000\r\n";
    const string Whole =
        "From: Ada <ada@here.test>\r\nDate: Fri, 2 Jan 2026 03:04:05 +0100\r\nMessage-ID: <1@here.test>\r\n";

    static readonly TransactionId Id = new(0x19B7_C0DE_123, 0xFEED_5EED_0BAD_CAFE);
    static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    static (string Text, SubmissionFault? Fault, SubmittedContent? Content) Prepare(string message, int cut = 0)
    {
        using var preparation = new MessagePreparation(Id, new EmailAddress("ada", "here.test"), Received, Now);
        var kept = new MemoryStream();
        var octets = Encoding.UTF8.GetBytes(message);
        foreach (var piece in cut == 0 ? [octets] : octets.Chunk(cut))
            Keep(preparation.Write(piece));
        Keep(preparation.Complete());
        var text = Encoding.UTF8.GetString(kept.ToArray());
        return (text, preparation.Fault, preparation.Fault is null ? preparation.Content : null);

        void Keep(IReadOnlyList<ReadOnlyMemory<byte>> pieces)
        {
            foreach (var piece in pieces)
                kept.Write(piece.Span);
        }
    }

    [Fact]
    public void A_whole_message_stays_as_it_is_behind_our_own_field()
    {
        var message = $"{Whole}Subject: =?utf-8?q?gr=C3=BCn?=\r\nX-Odd:\tkept\r\n folded\r\n\r\nText \r\n\r\n..\0\r\n";
        var (text, _, content) = Prepare(message);
        Assert.Equal(Received + message, text);
        Assert.Equal(["ada@here.test"], content!.Authors.Select(author => author.Key));
        Assert.Equal(("1@here.test", "grün", null), (content.MessageId, content.Subject, content.Sender));
        Assert.False(content.IsEightBit || content.MayNeedUtf8 || content.IsTlsOptional);
    }

    [Fact]
    public void What_the_author_s_program_has_left_out_is_added()
    {
        var (text, _, content) = Prepare("From: ada@HERE.test\r\n\r\nhello\r\n");
        Assert.Equal(
            $"{Received}Date: Fri, 02 Jan 2026 03:04:05 +0000\r\nMessage-ID: <{Id}@here.test>\r\nFrom: ada@HERE.test\r\n\r\nhello\r\n",
            text
        );
        Assert.Equal($"{Id}@here.test", content!.MessageId);
    }

    [Fact]
    public void A_date_and_an_id_that_are_none_are_replaced()
    {
        var (text, _, _) = Prepare("Date: soon\r\nFrom: ada@here.test\r\nMessage-ID:\r\n\r\n");
        Assert.Equal(
            $"{Received}Date: Fri, 02 Jan 2026 03:04:05 +0000\r\nMessage-ID: <{Id}@here.test>\r\nFrom: ada@here.test\r\n\r\n",
            text
        );
    }

    [Theory]
    [InlineData("Bcc: secret@there.test,\r\n other@there.test\r\n")]
    [InlineData("BCC :\r\n")]
    [InlineData("Resent-Bcc: secret@there.test\r\n")]
    [InlineData("Return-Path: <forged@there.test>\r\n")]
    [InlineData("Authentication-Results: here.test; dkim=pass\r\n")]
    public void What_is_for_nobody_else_goes_whole(string field)
    {
        var message = $"{Whole}{field}To: all@there.test\r\n{field}\r\n{field}";
        Assert.Equal($"{Received}{Whole}To: all@there.test\r\n\r\n{field}", Prepare(message).Text);
    }

    [Fact]
    public void The_blind_recipients_are_told_to_the_author_s_own_copy()
    {
        var content = Prepare(
            $"{Whole}Bcc: a@there.test\r\nbcc:\r\n\tb@there.test\r\nResent-Bcc: c@there.test\r\n\r\n"
        ).Content!;
        Assert.Equal(
            "Bcc: a@there.test\r\nbcc:\r\n\tb@there.test\r\n",
            Encoding.ASCII.GetString(content.BlindFields.Span)
        );
        var long_ = Prepare(
            $"{Whole}Bcc: {new string('a', SubmittedContent.MaxBlindFields)}@there.test\r\n\r\n"
        ).Content!;
        Assert.True(long_.BlindFields.IsEmpty);
    }

    [Theory]
    [InlineData("Subject: x\r\n\r\ntext\r\n", "The message has no From field")]
    [InlineData("", "The message has no From field")]
    [InlineData("\r\nFrom: ada@here.test\r\n", "The message has no From field")]
    [InlineData("From: ada\r\n\r\n", "From must name whole addresses, such as user@example.org")]
    [InlineData("From: ada@here.test, bob\r\n\r\n", "From must name whole addresses, such as user@example.org")]
    [InlineData("From: nobody:;\r\n\r\n", "From must name whole addresses, such as user@example.org")]
    [InlineData("From: a@here.test\r\nFrom: b@here.test\r\n\r\n", "The message has more than one From field")]
    [InlineData("From: a@b.test\r\nDate: x\r\ndate: x\r\n\r\n", "The message has more than one Date field")]
    [InlineData("From: a@b.test\r\nSender: a\r\n\r\n", "Sender must name one whole address, such as user@example.org")]
    [InlineData(
        "From: a@b.test\r\nHello you\r\n\r\n",
        "The header has a line that is no field: a blank line ends the header"
    )]
    [InlineData("From: a@b.test\nSubject: x\r\n\r\n", "Bare CR or LF in the message's header")]
    [InlineData("From: a@b.test\r\nSubject: x\rFrom: c@d.test\r\n\r\n", "Bare CR or LF in the message's header")]
    public void What_nobody_could_answer_or_read_alike_is_refused(string message, string reason)
    {
        var (text, fault, _) = Prepare(message);
        Assert.Equal(("", "6.0", reason), (text, fault?.Code, fault?.Reason));
    }

    [Theory]
    [InlineData("ada@here.test <bob@there.test>")]
    [InlineData("\"ada@here.test\" <bob@there.test>")]
    [InlineData("(ada@here.test) bob@there.test")]
    [InlineData("ada: bob@there.test;")]
    [InlineData("<@here.test:bob@there.test>")]
    [InlineData("=?utf-8?q?ada=40here.test?= <bob@there.test>")]
    public void Who_is_shown_is_not_taken_for_who_it_is(string from) =>
        Assert.Equal("bob@there.test", Assert.Single(Prepare($"From: {from}\r\n\r\n").Content!.Authors).Key);

    [Theory]
    [InlineData("ada@here.test bob@there.test")]
    [InlineData("ada@here.test (x) bob@there.test")]
    [InlineData("ada@here.test\0@there.test")]
    [InlineData("ada@here.test@there.test")]
    public void What_two_programs_would_read_as_two_authors_is_never_one_of_ours(string from)
    {
        var (_, fault, content) = Prepare($"From: {from}\r\n\r\n");
        Assert.True(fault is not null || content!.Authors.All(author => author.Domain != "here.test"), $"{content}");
    }

    [Fact]
    public void A_header_without_end_is_refused()
    {
        var (text, fault, _) = Prepare($"{Whole}X-Long: {new string('x', MessagePreparation.MaxHeader)}", cut: 5000);
        Assert.Equal(("", SubmissionFault.HeaderTooLarge), (text, fault));
    }

    [Fact]
    public void Several_authors_need_a_sender()
    {
        const string header =
            "From: ada@here.test, \"b. b\"@here.test\r\nDate: Fri, 2 Jan 2026 03:04:05 +0000\r\nMessage-ID: <1@a>\r\n";
        var (text, _, content) = Prepare($"{header}\r\n");
        Assert.Equal($"{Received}Sender: ada@here.test\r\n{header}\r\n", text);
        Assert.Equal(2, content!.Authors.Count);
        (text, _, content) = Prepare($"{header}Sender: c@here.test\r\n\r\n");
        Assert.Equal($"{Received}{header}Sender: c@here.test\r\n\r\n", text);
        Assert.Equal("c@here.test", content!.Sender!.Key);
    }

    [Theory]
    [InlineData("From: ada@here.test")]
    [InlineData("From: ada@here.test\r\n")]
    [InlineData("From: ada@here.test\r\n\r\n")]
    public void A_message_of_nothing_but_a_header_ends_it(string message) =>
        Assert.EndsWith("\r\nFrom: ada@here.test\r\n\r\n", Prepare(message).Text);

    [Theory]
    [InlineData("Subject: x\r\n\r\ngrün", true, false)]
    [InlineData("Subject: grün\r\n\r\n", true, true)]
    [InlineData("Content-Type: multipart/mixed; boundary=x\r\n\r\ngrün", true, true)]
    [InlineData("Content-Type: text/plain\r\n\r\nplain", false, false)]
    public void Octets_beyond_ascii_are_noticed(string rest, bool eightBit, bool utf8)
    {
        var content = Prepare(Whole + rest).Content!;
        Assert.Equal((eightBit, utf8), (content.IsEightBit, content.MayNeedUtf8));
    }

    [Theory]
    [InlineData("TLS-Required: No", true)]
    [InlineData("tls-required:\r\n no", true)]
    [InlineData("TLS-Required: Yes", false)]
    public void Tls_may_be_optional(string field, bool optional) =>
        Assert.Equal(optional, Prepare($"{Whole}{field}\r\n\r\n").Content!.IsTlsOptional);

    [Fact]
    public void The_body_s_hash_is_that_of_its_relaxed_form()
    {
        var content = Prepare($"{Whole}\r\nC \r\nD \t E\r\n\r\n\r\n").Content!; // RFC 6376 §3.4.5
        Assert.Equal(SHA256.HashData("C\r\nD E\r\n"u8), content.BodyHash.ToArray());
    }

    [Fact]
    public void How_the_octets_are_cut_makes_no_difference()
    {
        foreach (var body in new[] { "", "\r\n", "\r\ntext\r\n.\r\n", "\r\n\r\n\r\n" })
        {
            var message = $"{Whole}Bcc: a@b.test\r\n c@d.test\r\nSubject: grün\r\n{body}";
            var (text, _, content) = Prepare(message);
            for (var cut = 1; cut < 20; cut++)
            {
                var (other, _, again) = Prepare(message, cut);
                Assert.Equal(text, other);
                Assert.Equal(content!.BodyHash.ToArray(), again!.BodyHash.ToArray());
            }
        }
    }
}
