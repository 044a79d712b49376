using System.Text;
using Cloud.Mail;
using Cloud.Wire.Smtp;
using static Cloud.Tests.Wire.Smtp.SmtpTalk;

namespace Cloud.Tests.Wire.Smtp;

public sealed class EnvelopeTests
{
    /// <summary>Sends to a server that takes everything.</summary>
    static async Task<(SmtpOutcome Outcome, string Heard)> SendAsync(SmtpMessage message, params string[] extensions)
    {
        var lines = new List<string>();
        var server = new AnsweringServer(
            (verb, line) =>
            {
                if (verb == "EHLO")
                    return Offer(extensions).Replace("S: ", "");
                if (verb is "MAIL" or "RCPT")
                    lines.Add(line);
                return verb == "DATA" ? "354" : "250 Ok";
            }
        );
        var opening = await server.OpenAsync();
        var outcome = await SendOnAsync(opening.Connection!, message);
        await opening.Connection!.DisposeAsync();
        return (outcome, string.Join('\n', lines));
    }

    static readonly SmtpMessage Full = Message() with
    {
        Size = 1234,
        Body = SmtpBody.EightBit,
        Recipients = [Ada with { Notify = "SUCCESS,DELAY", OriginalRecipient = "rfc822;a+b=c@example.test" }],
        EnvelopeId = "Q+1 x",
        Return = "HDRS",
        DeliverBy = new SmtpDeliverBy(600, Return: false, Trace: true),
        Priority = -3,
    };

    [Fact]
    public async Task Parameters_go_where_they_are_offered()
    {
        var (outcome, heard) = await SendAsync(Full, "SIZE 5000", "8BITMIME", "DSN", "DELIVERBY", "MT-PRIORITY");
        Assert.Equal(
            "MAIL FROM:<me@client.example.test> SIZE=1234 BODY=8BITMIME RET=HDRS ENVID=Q+2B1+20x BY=600;NT MT-PRIORITY=-3\n"
                + "RCPT TO:<ada@example.test> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;a+2Bb+3Dc@example.test",
            heard
        );
        Assert.True(outcome.DsnOffered);
    }

    [Fact]
    public async Task And_only_there()
    {
        var (outcome, heard) = await SendAsync(Full, "8BITMIME");
        Assert.Equal("MAIL FROM:<me@client.example.test> BODY=8BITMIME\nRCPT TO:<ada@example.test>", heard);
        Assert.False(outcome.DsnOffered);
        Assert.Equal(SmtpVerdict.Sent, outcome.Recipients[0].Verdict);
    }

    [Fact]
    public async Task The_null_sender_and_odd_addresses_are_written()
    {
        var message = Message(recipients: [new(new("a \"b\\", "example.test")), new(new("x", "[192.0.2.1]"))]) with
        {
            From = null,
        };
        var (_, heard) = await SendAsync(message);
        Assert.Equal("MAIL FROM:<>\nRCPT TO:<\"a \\\"b\\\\\"@example.test>\nRCPT TO:<x@[192.0.2.1]>", heard);
    }

    [Fact]
    public async Task A_message_known_to_be_too_large_is_not_begun()
    {
        var (outcome, heard) = await SendAsync(Message() with { Size = 1001 }, "SIZE 1000");
        Assert.Equal("", heard);
        Assert.Equal((SmtpFault.TooLarge, "5.3.4"), (outcome.Failure!.Fault, outcome.Failure.Status));
        Assert.Equal(SmtpVerdict.Failed, outcome.Recipients[0].Verdict);
        Assert.Equal(
            SmtpVerdict.Sent,
            (await SendAsync(Message() with { Size = 1000 }, "SIZE 1000")).Outcome.Recipients[0].Verdict
        );
        Assert.Equal(
            SmtpVerdict.Sent,
            (await SendAsync(Message() with { Size = 1000 }, "SIZE 0")).Outcome.Recipients[0].Verdict
        );
    }

    [Fact]
    public async Task Eight_bits_go_converted_or_not_at_all_to_a_server_of_seven()
    {
        var message = Message("Subject: \u00fc\r\n") with { Body = SmtpBody.EightBit, Size = 12 };
        var (outcome, heard) = await SendAsync(message, "SIZE");
        Assert.Equal("", heard);
        Assert.Equal((SmtpFault.NotSupported, "5.6.3"), (outcome.Failure!.Fault, outcome.Failure.Status));

        var converted = message with
        {
            Open = _ => throw new InvalidOperationException("not this one"),
            OpenSevenBit = _ => new(new MemoryStream(Encoding.ASCII.GetBytes("Subject: =?utf-8?q?=c3=bc?=\r\n"))),
        };
        (outcome, heard) = await SendAsync(converted, "SIZE");
        Assert.Equal(SmtpVerdict.Sent, outcome.Recipients[0].Verdict);
        Assert.StartsWith("MAIL FROM:<me@client.example.test>\n", heard);
    }

    [Fact]
    public async Task Addresses_beyond_ascii_go_to_servers_that_know_them()
    {
        var recipients = new SmtpRecipient[]
        {
            new(new("j\u00f6rg", "b\u00fccher.example"), null, "utf-8;j\u00f6rg@b\u00fccher.example"),
            new(new("ada", "b\u00fccher.example")),
        };
        var (outcome, heard) = await SendAsync(Message(recipients: recipients), "SMTPUTF8", "8BITMIME", "DSN");
        var utf8 = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes("j\u00f6rg@b\u00fccher.example"));
        Assert.Equal(
            $"MAIL FROM:<me@client.example.test> SMTPUTF8\nRCPT TO:<{utf8}> ORCPT=utf-8;j\\x{{F6}}rg@b\\x{{FC}}cher.example\n"
                + $"RCPT TO:<ada@{utf8.Split('@')[1]}>",
            heard
        );
        Assert.All(outcome.Recipients, one => Assert.Equal(SmtpVerdict.Sent, one.Verdict));

        (outcome, heard) = await SendAsync(Message(recipients: recipients), "8BITMIME");
        Assert.Equal("MAIL FROM:<me@client.example.test>\nRCPT TO:<ada@xn--bcher-kva.example>", heard);
        Assert.Equal(
            (SmtpVerdict.Failed, "5.6.7"),
            (outcome.Recipients[0].Verdict, outcome.Recipients[0].Failure!.Status)
        );
        Assert.Equal(SmtpVerdict.Sent, outcome.Recipients[1].Verdict);
    }

    [Theory]
    [InlineData("utf8", "5.6.7")]
    [InlineData("sender", "5.6.7")]
    [InlineData("tls", "5.7.30")]
    [InlineData("binary", "5.6.3")]
    [InlineData("by", "5.3.3")]
    [InlineData("late", "5.4.7")]
    [InlineData("return", "5.5.4")]
    [InlineData("id", "5.5.4")]
    [InlineData("priority", "5.5.4")]
    [InlineData("injection", "5.1.7")]
    public async Task What_the_server_cannot_do_is_told_before_anything_is_said(string what, string status)
    {
        var message = what switch
        {
            "utf8" => Message() with { SmtpUtf8 = true },
            "sender" => Message() with { From = new("j\u00f6rg", "example.test") },
            "tls" => Message() with { RequireTls = true },
            "binary" => Message() with { Body = SmtpBody.Binary },
            "by" or "late" => Message() with { DeliverBy = new(30, Return: true, Trace: false) },
            "return" => Message() with { Return = "HDRS\r\nRSET" },
            "id" => Message() with { EnvelopeId = new string('+', 40) },
            "priority" => Message() with { Priority = 10 },
            _ => Message() with { From = new("a\r\nRSET\r\n", "example.test") },
        };
        var (outcome, heard) = await SendAsync(
            message,
            "REQUIRETLS",
            "CHUNKING",
            "DSN",
            what == "late" ? "DELIVERBY 60" : "SIZE"
        );
        Assert.Equal("", heard);
        Assert.Equal(status, outcome.Failure!.Status);
        Assert.Equal(SmtpPhase.Envelope, outcome.Failure.Phase);
        Assert.Equal(SmtpVerdict.Failed, outcome.Recipients[0].Verdict);
    }

    [Fact]
    public async Task Nothing_can_be_smuggled_into_a_recipient()
    {
        SmtpRecipient[] recipients =
        [
            new(new("a\r\nRSET", "example.test")),
            new(new("a", "example.test> X")),
            Ada with
            {
                Notify = "NEVER\r\nRSET",
            },
            Ada with
            {
                OriginalRecipient = "rfc822",
            },
            Ada with
            {
                OriginalRecipient = "rfc\r\n822;x",
            },
            Ada with
            {
                OriginalRecipient = "rfc822;x\r\nRSET",
            },
        ];
        var (outcome, heard) = await SendAsync(Message(recipients: recipients), "DSN");
        Assert.Equal("MAIL FROM:<me@client.example.test>\nRCPT TO:<ada@example.test> ORCPT=rfc822;x+0D+0ARSET", heard);
        Assert.Equal(5, outcome.Recipients.Count(one => one.Failure?.Fault == SmtpFault.Unwritable));
    }
}
