using System.Text;
using System.Text.RegularExpressions;
using Cloud.Flow.Outbound;
using Cloud.Flow.Submission;
using Cloud.Listener.Smtp;
using Cloud.Tests.Sessions;

namespace Cloud.Tests.Listener.Smtp;

/// <summary>What the submission ports hand over.</summary>
public sealed class SubmissionTests
{
    const string Whole =
        "From: alice@example.test\r\nDate: Fri, 2 Jan 2026 03:04:05 +0000\r\nMessage-ID: <1@example.test>\r\n";

    static async Task<List<string>> TalkAsync(PlainGateway gateway, string commands, SmtpOptions? options = null)
    {
        await using var listener = await SmtpServer.StartAsync(gateway, options);
        await using var client = await ScriptConnection.OpenAsync(listener.Address("submissions"));
        await client.StartTlsAsync();
        var login = Convert.ToBase64String(Encoding.UTF8.GetBytes("\0alice@example.test\0secret"));
        await client.SendAsync(
            SmtpServer.Octets($"EHLO [10.1.2.3]\r\nAUTH PLAIN {login}\r\n{commands}QUIT\r\n"),
            byteByByte: false
        );
        var lines = new List<string>();
        while (await client.ReadLineAsync() is { } line)
            lines.Add(line);
        return lines;
    }

    static string Send(string message, string parameters = "", string to = "RCPT TO:<user@elsewhere.test>\r\n") =>
        $"MAIL FROM:<alice@example.test>{parameters}\r\n{to}DATA\r\n{message}\r\n.\r\n";

    [Fact]
    public async Task A_message_is_handed_over_without_telling_where_its_author_sits()
    {
        var gateway = new PlainGateway();
        await TalkAsync(gateway, Send($"{Whole}Bcc: secret@there.test\r\nSubject: x\r\n\r\n..dot"));
        var (request, bytes) = Assert.Single(gateway.Submitted);
        Assert.Equal(PlainGateway.Alice, request.Sender);
        Assert.Equal("alice@example.test", request.From!.Key);
        Assert.Equal("secret", Encoding.ASCII.GetString(request.Content.BlindFields.Span)[5..11]);
        var text = Encoding.Latin1.GetString(bytes);
        Assert.Matches(
            $"^Received: by mx.example.test with ESMTPSA id {request.Transaction}\r\n\t\\(Tls1[^)]*\\)\r\n\tfor <user@elsewhere.test>;\r\n\t[^\r]* \\+0000\r\n{Regex.Escape(Whole)}Subject: x\r\n\r\n\\.dot\r\n$",
            text
        );
    }

    [Fact]
    public async Task Who_has_sent_enough_hears_it_before_he_sends_the_message()
    {
        var gateway = new PlainGateway();
        var lines = await TalkAsync(gateway, "MAIL FROM:<alice@example.test>\r\nRCPT TO:<onemore@elsewhere.test>\r\n");
        Assert.Contains("450 4.7.1 Your sending limit is reached; try again later", lines);
    }

    [Fact]
    public async Task The_client_is_told_of_by_choice()
    {
        var gateway = new PlainGateway();
        await TalkAsync(gateway, Send(Whole), SmtpServer.Options with { TellsClient = true });
        var text = Encoding.Latin1.GetString(Assert.Single(gateway.Submitted).Bytes);
        Assert.StartsWith("Received: from [10.1.2.3] ([127.0.0.1])\r\n\tby mx.example.test with ESMTPSA id ", text);
    }

    [Fact]
    public async Task All_that_was_asked_for_is_handed_over()
    {
        var gateway = new PlainGateway();
        var before = DateTimeOffset.UtcNow;
        await TalkAsync(
            gateway,
            Send(
                Whole,
                " HOLDFOR=60 BY=120;RT MT-PRIORITY=-4 REQUIRETLS SMTPUTF8 RET=HDRS ENVID=QQ+2B BODY=8BITMIME",
                "RCPT TO:<a@elsewhere.test> NOTIFY=DELAY,SUCCESS ORCPT=rfc822;x@y.test\r\nRCPT TO:<b@elsewhere.test>\r\n"
            )
        );
        var after = DateTimeOffset.UtcNow;
        var request = Assert.Single(gateway.Submitted).Request;
        Assert.InRange(request.HoldUntil!.Value, before.AddSeconds(60), after.AddSeconds(60));
        Assert.InRange(request.Options.DeliverBy!.Deadline, before.AddSeconds(120), after.AddSeconds(120));
        Assert.True(request.Options.DeliverBy is { Returns: true, Traces: true });
        Assert.Equal(
            new SendOptions
            {
                Ret = "HDRS",
                EnvelopeId = "QQ+",
                SmtpUtf8 = true,
                Body = BodyType.EightBit,
                RequireTls = true,
                Priority = -4,
            },
            request.Options with
            {
                DeliverBy = null,
            }
        );
        Assert.Equal(
            [
                new("a@elsewhere.test", "DELAY,SUCCESS", "rfc822;x@y.test"),
                new("b@elsewhere.test", (string?)null, (string?)null),
            ],
            request.Recipients.Select(to => ($"{to.Address}", to.Notify, to.OriginalRecipient))
        );
        // More than one recipient would tell each of the others.
        Assert.DoesNotContain("for <", Encoding.Latin1.GetString(gateway.Submitted[0].Bytes));
    }

    [Fact]
    public async Task A_time_that_is_past_holds_nothing()
    {
        var gateway = new PlainGateway();
        await TalkAsync(gateway, Send(Whole, " HOLDUNTIL=2020-01-02T03:04:05Z"));
        Assert.Null(Assert.Single(gateway.Submitted).Request.HoldUntil);
    }

    [Fact]
    public async Task Who_has_sent_enough_hears_so_and_nothing_is_kept()
    {
        var gateway = new PlainGateway { MaxSubmitted = 1 };
        var lines = await TalkAsync(gateway, Send(Whole) + Send(Whole));
        Assert.Equal("450 4.7.1 Your limit is reached", lines[^2]);
        Assert.Equal(1, gateway.Abandoned);
        Assert.Single(gateway.Submitted);
    }

    [Fact]
    public async Task What_is_unfit_leaves_nothing_behind()
    {
        var gateway = new PlainGateway();
        var lines = await TalkAsync(gateway, Send("Subject: x\r\n\r\n" + new string('x', 50_000)) + Send(Whole));
        Assert.Contains("554 5.6.0 The message has no From field", lines);
        Assert.Single(gateway.Submitted);
    }
}
