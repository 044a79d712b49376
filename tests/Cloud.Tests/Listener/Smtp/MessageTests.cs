using System.Text;
using System.Text.RegularExpressions;
using Cloud.Api.Gateway;
using Cloud.Listener.Smtp;
using Cloud.Store.Ports;
using Cloud.Tests.Sessions;

namespace Cloud.Tests.Listener.Smtp;

/// <summary>What becomes of a message: kept octet for octet, or not at all.</summary>
public sealed class MessageTests
{
    /// <summary>A session up to where a message may follow.</summary>
    const string Begun = """
        S: 220 *
        C: HELO client.example.org
        S: 250 *
        C: MAIL FROM:<ada@example.org>
        S: 250 *
        C: RCPT TO:<alice@example.test>
        S: 250 *
        """;

    /// <summary>What a client says up to there, all at once.</summary>
    const string Begin = "EHLO client.example.org\r\nMAIL FROM:<ada@example.org>\r\nRCPT TO:<alice@example.test>\r\n";

    public static TheoryData<string> Ugly =>
        [
            "",
            "\r\n",
            "Subject: none\r\n",
            ".\r\n",
            "..\r\n.\r\n...\r\n",
            "a\0b\0\r\n",
            "\xff\xfe\x80 8-bit\r\n",
            new string('x', 50_000) + "\r\n",
            "a\r\n.b\r\n\r\n.\r\n.",
            "no final newline",
            "ends in dots\r\n..",
            "Return-Path: <other@example.org>\r\n\r\n\r\n\r\n",
        ];

    [Theory]
    [MemberData(nameof(Ugly))]
    public async Task A_message_is_kept_octet_for_octet(string message)
    {
        var octets = SmtpServer.Octets(message);
        var gateway = new PlainGateway();
        await using var listener = await SmtpServer.StartAsync(gateway);
        // DATA cannot say a message without a final newline: there it gets one.
        var lines =
            message.Length == 0 || message.EndsWith("\r\n", StringComparison.Ordinal) ? message : message + "\r\n";
        var replies = await SmtpServer.TalkAsync(
            listener,
            SmtpServer.Octets($"{Begin}DATA\r\n{Stuff(lines)}.\r\n"),
            SmtpServer.Octets($"MAIL FROM:<>\r\nRCPT TO:<alice@example.test>\r\nBDAT {octets.Length / 2}\r\n"),
            octets[..(octets.Length / 2)],
            SmtpServer.Octets($"BDAT {octets.Length - (octets.Length / 2)} LAST\r\n"),
            octets[(octets.Length / 2)..]
        );

        Assert.Equal(2, replies.Count(reply => reply.StartsWith("250 2.0.0 Ok: kept as", StringComparison.Ordinal)));
        Assert.Equal(lines, Encoding.Latin1.GetString(SmtpServer.WithoutTrace(gateway.Kept[0].Bytes)));
        Assert.Equal(octets, SmtpServer.WithoutTrace(gateway.Kept[1].Bytes));
    }

    [Fact]
    public async Task A_message_has_its_trace_id_before_its_first_recipient_and_each_its_own()
    {
        var gateway = new PlainGateway();
        await using var listener = await SmtpServer.StartAsync(gateway);
        var replies = await SmtpServer.TalkAsync(
            listener,
            SmtpServer.Octets($"{Begin}RCPT TO:<nobody@example.test>\r\nDATA\r\nx\r\n.\r\n"),
            SmtpServer.Octets("MAIL FROM:<>\r\nRCPT TO:<alice@example.test>\r\nQUIT\r\n")
        );
        var kept = replies.Single(reply => reply.Contains("kept as", StringComparison.Ordinal));
        Assert.All(gateway.Checked[..2], each => Assert.Contains($" {each.Transaction}", kept));
        Assert.DoesNotContain($"{gateway.Checked[2].Transaction}", kept);
    }

    [Theory]
    [InlineData("a\n.\nb")]
    [InlineData("a\n.\r\nb")]
    [InlineData("a\r.\rb")]
    [InlineData("a\r.\r\nb")]
    [InlineData("a\r\n.\nb")]
    [InlineData("a\r\n.\rb")]
    [InlineData("a\r\r\n.\rb")]
    [InlineData("a\r\n.\r\rb")]
    [InlineData("a\n\n.\r\nb")]
    [InlineData("a\r\n\n.\r\nb")]
    [InlineData("a\r\n\r.\r\nb")]
    [InlineData("a\n\r.\r\nb")]
    [InlineData("a\r\n\0.\r\n\rb")]
    [InlineData("a\nb")]
    [InlineData("a\rb")]
    [InlineData("\n")]
    [InlineData("\r")]
    public async Task Nothing_but_crlf_dot_crlf_ends_a_message_and_bare_newlines_refuse_it(string message)
    {
        var smuggled = $"{message}\r\nMAIL FROM:<eve@example.org>\r\nRCPT TO:<bob@example.test>\r\nDATA\r\nx\r\n.\r\n";
        await SmtpServer.RunAsync(
            $"""
            {Begun}
            C: DATA
            S: 354 *
            C: {Escape(smuggled)}\c
            S: 554 5.6.0 Bare CR or LF in the message
            C: NOOP
            S: 250 2.0.0 *
            [eof]
            [close]
            """,
            () => new PlainGateway(),
            gateway => Assert.Empty(gateway.Kept)
        );
    }

    [Fact]
    public async Task A_peer_that_leaves_in_the_middle_leaves_nothing()
    {
        foreach (
            var part in new[]
            {
                "DATA\r\nhalf\r\n.",
                "DATA\r\n",
                "BDAT 10\r\nhalf",
                "BDAT 4\r\nhalf",
                "BDAT 4 LAST\r\n",
            }
        )
        {
            var gateway = new PlainGateway();
            await using var listener = await SmtpServer.StartAsync(gateway);
            await SmtpServer.TalkAsync(listener, SmtpServer.Octets(Begin + part));
            Assert.Empty(gateway.Kept);
            Assert.Equal(0, gateway.OpenUploads);
        }
    }

    [Theory]
    [InlineData("begin", ReceiveStatus.Accepted, "451 4.3.0 *")]
    [InlineData("abandon", ReceiveStatus.Rejected, "550 5.7.1 *")]
    [InlineData("abandon", ReceiveStatus.Deferred, "451 4.3.0 *")]
    public Task After_a_failure_the_next_transaction_may_begin(string where, ReceiveStatus status, string reply) =>
        SmtpServer.RunAsync(
            $"""
            {Begun}
            C: DATA
            {(where == "begin" ? "" : "S: 354 *\nC: text\nC: .")}
            S: {reply}
            C: MAIL FROM:<ada@example.org>
            S: 250 *
            C: QUIT
            S: 221 *
            [close]
            """,
            () =>
            {
                var gateway = new PlainGateway { Verdict = new(status, "why") };
                gateway.Faults[where] = new("it fails");
                return gateway;
            },
            gateway => Assert.Empty(gateway.Kept)
        );

    [Theory]
    [InlineData("begin", "451 4.3.0 *")]
    [InlineData("write", "451 4.3.0 *")]
    [InlineData("complete", "451 4.3.0 *")]
    [InlineData("receive", "451 4.3.0 *")]
    [InlineData("begin", "452 4.3.1 *")]
    [InlineData("write", "452 4.3.1 *")]
    [InlineData("complete", "452 4.3.1 *")]
    [InlineData("receive", "452 4.3.1 *")]
    public Task A_failing_or_full_store_is_told_and_nothing_is_kept(string where, string reply)
    {
        var fault = reply[2] == '2' ? new StoreFullException("full") : new StoreException("broken");
        return SmtpServer.RunAsync(
            $"""
            {Begun}
            C: BDAT 6 LAST\r\nQUIT
            S: {reply}
            C: MAIL FROM:<ada@example.org>
            S: 250 *
            [eof]
            [close]
            """,
            () => new PlainGateway { Faults = { [where] = fault } },
            gateway =>
            {
                Assert.Empty(gateway.Kept);
                // An account may have taken the octets over before the gateway failed.
                Assert.Equal(0, gateway.Abandoned);
            }
        );
    }

    [Theory]
    [InlineData("write")]
    [InlineData("complete")]
    [InlineData("receive")]
    public Task A_store_that_fails_in_the_middle_of_data_is_told_after_its_end(string where) =>
        SmtpServer.RunAsync(
            $"""
            {Begun}
            C: DATA
            S: 354 *
            C: QUIT
            C: .
            S: 451 4.3.0 *
            C: NOOP
            S: 250 *
            [eof]
            [close]
            """,
            () => new PlainGateway { Faults = { [where] = new StoreException("broken") } },
            gateway => Assert.Empty(gateway.Kept)
        );

    [Fact]
    public Task A_store_that_cannot_say_who_lives_here_is_told_at_rcpt() =>
        SmtpServer.RunAsync(
            """
            S: 220 *
            C: HELO client.example.org
            S: 250 *
            C: MAIL FROM:<ada@example.org>
            S: 250 *
            C: RCPT TO:<alice@example.test>
            S: 451 4.3.0 *
            [eof]
            [close]
            """,
            () => new PlainGateway { Faults = { ["recipient"] = new StoreException("broken") } },
            gateway => Assert.Empty(gateway.Kept)
        );

    [Theory]
    [InlineData(ReceiveStatus.Rejected, "Not wanted", "550 5.7.1 Not wanted")]
    [InlineData(ReceiveStatus.Rejected, "Not\r\nwanted", "550 5.7.1 Not wanted")]
    [InlineData(ReceiveStatus.Deferred, "Not now", "451 4.3.0 Not now")]
    public Task A_refused_message_is_told_why_and_removed(ReceiveStatus status, string reason, string reply) =>
        SmtpServer.RunAsync(
            $"""
            {Begun}
            C: DATA
            S: 354 *
            C: .
            S: {reply}
            [eof]
            [close]
            """,
            () => new PlainGateway { Verdict = new ReceiveResult(status, reason) },
            gateway => Assert.Equal(1, gateway.Abandoned)
        );

    [Fact]
    public async Task The_envelope_reaches_the_gateway_whole()
    {
        var gateway = new PlainGateway();
        await using var listener = await SmtpServer.StartAsync(gateway);
        await SmtpServer.TalkAsync(
            listener,
            Encoding.UTF8.GetBytes(
                "EHLO client.example.org\r\n"
                    + "MAIL FROM:<ädä@example.org> SMTPUTF8 BODY=8BITMIME RET=hdrs ENVID=QQ+2B3+20x SIZE=9\r\n"
                    + "RCPT TO:<alice+x@example.test> notify=success,Failure ORCPT=rfc822;Bob+2B1@example.com\r\n"
                    + "RCPT TO:<\"bob\"@example.test>\r\nDATA\r\n.\r\n"
            )
        );

        var (envelope, peer, _) = Assert.Single(gateway.Kept);
        Assert.Equal("ädä@example.org", envelope.From!.ToString());
        Assert.True(envelope.SmtpUtf8);
        Assert.True(envelope.EightBit);
        Assert.Equal("HDRS", envelope.Ret);
        Assert.Equal("QQ+3 x", envelope.EnvelopeId);
        Assert.Equal("SUCCESS,FAILURE", envelope.Recipients[0].Notify);
        Assert.Equal("rfc822;Bob+1@example.com", envelope.Recipients[0].OriginalRecipient);
        Assert.Equal("bob@example.test", envelope.Recipients[1].Address.ToString());
        Assert.Null(envelope.Recipients[1].Notify);
        Assert.Equal("client.example.org", peer.Helo);
        Assert.Null(peer.Tls);
    }

    [Fact]
    public async Task The_trace_fields_say_where_a_message_came_from()
    {
        var gateway = new PlainGateway();
        await using var listener = await SmtpServer.StartAsync(gateway);
        var replies = await SmtpServer.TalkAsync(listener, SmtpServer.Octets($"{Begin}DATA\r\n.\r\n"));
        var id = Regex.Match(replies[^1], "kept as ([0-9a-f]{27}) sha256 [0-9a-f]{64}$").Groups[1].Value;
        Assert.Matches(
            "^Return-Path: <ada@example.org>\r\n"
                + @"Received: from client\.example\.org \(\[127\.0\.0\.1\]\)"
                + "\r\n"
                + @"\tby mx\.example\.test with ESMTP id "
                + id
                + "\r\n"
                + @"\tfor <alice@example\.test>;"
                + "\r\n"
                + @"\t(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z][a-z] \d{4} \d\d:\d\d:\d\d \+0000"
                + "\r\n$",
            Encoding.Latin1.GetString(gateway.Kept[0].Bytes)
        );
    }

    [Fact]
    public async Task A_second_recipient_is_not_told_of_the_first()
    {
        var gateway = new PlainGateway();
        await using var listener = await SmtpServer.StartAsync(gateway);
        await SmtpServer.TalkAsync(
            listener,
            SmtpServer.Octets($"{Begin.Replace("EHLO", "HELO")}RCPT TO:<bob@example.test>\r\nDATA\r\n.\r\n")
        );
        var header = Encoding.Latin1.GetString(gateway.Kept[0].Bytes);
        Assert.DoesNotContain("for <", header);
        Assert.Contains(" with SMTP id ", header);
    }

    [Theory]
    [InlineData(true, false, false, false, "ESMTP")]
    [InlineData(true, false, true, false, "ESMTPS")]
    [InlineData(true, false, true, true, "ESMTPSA")]
    [InlineData(true, true, true, true, "UTF8SMTPSA")]
    [InlineData(true, true, false, false, "UTF8SMTP")]
    [InlineData(false, false, true, false, "SMTP")]
    public void The_protocol_has_its_registered_name(bool ehlo, bool utf8, bool tls, bool auth, string expected) =>
        Assert.Equal(expected, TraceHeader.Protocol(ehlo, utf8, tls, auth));

    static string Stuff(string message) => Regex.Replace(message, @"(?<=^|\r\n)\.", "..");

    static string Escape(string text) =>
        text.Replace("\\", "\\\\").Replace("\r", "\\r").Replace("\n", "\\n").Replace("\0", "\\0");
}
