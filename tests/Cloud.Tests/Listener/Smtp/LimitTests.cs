using Cloud.Listener.Hosting;
using Cloud.Listener.Smtp;
using Cloud.Store.Ports;
using Cloud.Tests.Listener.Hosting.Abuse;
using Cloud.Tests.Sessions;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cloud.Tests.Listener.Smtp;

public sealed class LimitTests
{
    const string Greeting = """
        S: 220 *
        C: HELO client.example.org
        S: 250 *

        """;

    const string InMail = $"""
        {Greeting}
        C: MAIL FROM:<ada@example.org>
        S: 250 *

        """;

    static readonly string Long = new('x', 600);

    [Fact]
    public Task A_command_line_over_its_limit_is_refused_and_the_session_goes_on() =>
        SmtpServer.RunAsync(
            $"""
            {Greeting}
            C: NOOP {new string('x', 505)}
            S: 250 2.0.0 *
            C: NOOP {new string('x', 506)}
            S: 500 5.5.2 Line too long
            C: {Long}
            S: 500 5.5.2 *
            C: MAIL FROM:<{Long}@example.org>
            S: 501 5.1.7 *
            C: MAIL FROM:<ada@example.org> {Long}{Long}{Long}
            S: 500 5.5.2 *
            C*1: AUTH {new string('x', 20_000)}
            S: 500 5.5.2 *
            C: NOOP
            S: 250 *
            [eof]
            [close]
            """
        );

    [Fact]
    public async Task A_peer_that_asks_much_and_reads_nothing_is_not_answered_into_memory()
    {
        var peer = new PipedConnection(TimeProvider.System);
        await using var server = peer.Server;
        var front = SmtpServer.Front(new PlainGateway(), SmtpServer.Options, tls: true);
        var asked = string.Concat(Enumerable.Repeat("EHLO a\r\n", 8000));
        var sending = peer.Send.WriteAsync(SmtpServer.Octets(asked));
        var session = front.RunAsync(server);

        // What has been sent by the time the first of it can be read, the peer could have left lying.
        var read = await peer.Receive.ReadAsync();
        Assert.InRange(read.Buffer.Length, 1, 128 * 1024);

        peer.Receive.AdvanceTo(read.Buffer.End);
        await peer.Receive.CompleteAsync();
        await peer.Send.CompleteAsync();
        await session;
        await sending;
    }

    [Fact]
    public Task A_recipient_line_holds_the_longest_dsn_parameters() =>
        SmtpServer.RunAsync(
            $"""
            {InMail}
            C: RCPT TO:<alice@example.test> NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;{new string('x', 493)}
            S: 250 *
            C: RCPT TO:<alice@example.test> ORCPT=rfc822;{new string('x', 494)}
            S: 501 5.5.4 *
            C: RCPT TO:<alice@example.test> ORCPT=rfc822;{Long}{Long}
            S: 500 5.5.2 *
            [eof]
            [close]
            """
        );

    [Fact]
    public Task A_thousand_recipients_and_one() =>
        SmtpServer.RunAsync(
            InMail
                + string.Concat(
                    Enumerable.Range(0, 1000).Select(i => $"C: RCPT TO:<alice+{i}@example.test>\nS: 250 2.1.5 *\n")
                )
                + """
                C: RCPT TO:<bob@example.test>
                S: 452 4.5.3 Too many recipients
                C: DATA
                S: 354 *
                C: .
                S: 250 2.0.0 *
                [eof]
                [close]
                """
        );

    [Fact]
    public Task Ten_errors_end_the_session() =>
        SmtpServer.RunAsync(
            Greeting
                + string.Concat(Enumerable.Repeat("C: WHAT\nS: 500 5.5.1 *\nC: NOOP\nS: 250 *\n", 9))
                + """
                C: WHAT
                S: 500 5.5.1 *
                S: 421 4.7.0 Too many errors
                [close]
                """
        );

    [Fact]
    public Task A_kept_message_makes_up_for_errors() =>
        SmtpServer.RunAsync(
            Greeting
                + string.Concat(Enumerable.Repeat("C: WHAT\nS: 500 5.5.1 *\n", 9))
                + "C: MAIL FROM:<>\nS: 250 *\nC: RCPT TO:<alice@example.test>\nS: 250 *\nC: DATA\nS: 354 *\nC: .\nS: 250 *\n"
                + string.Concat(Enumerable.Repeat("C: WHAT\nS: 500 5.5.1 *\n", 9))
                + "C: NOOP\nS: 250 *\n[eof]\n[close]\n"
        );

    [Fact]
    public Task Who_guesses_addresses_is_sent_away() =>
        SmtpServer.RunAsync(
            InMail
                + string.Concat(
                    Enumerable.Range(0, 100).Select(i => $"C: RCPT TO:<guess{i}@example.test>\nS: 550 5.1.1 *\n")
                )
                + "S: 421 4.7.0 Too many errors\n[close]\n"
        );

    [Fact]
    public async Task A_silent_peer_is_sent_away()
    {
        var options = SmtpServer.Options with { CommandTimeout = TimeSpan.FromMilliseconds(20) };
        await using var listener = await SmtpServer.StartAsync(new PlainGateway(), options);
        await using var client = await ScriptConnection.OpenAsync(listener.Address("relay"));
        Assert.StartsWith("220 ", await client.ReadLineAsync());
        Assert.StartsWith("421 4.4.2 ", await client.ReadLineAsync());
        Assert.Null(await client.ReadLineAsync());
    }

    [Theory]
    [InlineData("DATA\r\nhalf a line")]
    [InlineData("BDAT 20 LAST\r\nhalf a line")]
    public async Task A_peer_that_falls_silent_in_its_message_is_sent_away_and_nothing_is_kept(string begun)
    {
        var options = SmtpServer.Options with { DataTimeout = TimeSpan.FromMilliseconds(20) };
        var gateway = new PlainGateway();
        await using var listener = await SmtpServer.StartAsync(gateway, options);
        await using var client = await ScriptConnection.OpenAsync(listener.Address("relay"));
        await client.SendAsync(
            SmtpServer.Octets($"HELO a\r\nMAIL FROM:<>\r\nRCPT TO:<alice@example.test>\r\n{begun}"),
            byteByByte: false
        );
        var last = "";
        while (await client.ReadLineAsync() is { } line)
            last = line;
        Assert.StartsWith("421 4.4.2 ", last);
        Assert.Empty(gateway.Kept);
        Assert.Equal(0, gateway.OpenUploads);
    }

    [Theory]
    [InlineData("DATA\r\n")]
    [InlineData("BDAT 5000000 LAST\r\n")]
    [InlineData("RSET\r\nBDAT 5000000 LAST\r\n")]
    public async Task A_peer_that_will_not_stop_is_cut_off(string begin)
    {
        var gateway = new PlainGateway();
        await using var listener = await SmtpServer.StartAsync(gateway);
        await using var client = await ScriptConnection.OpenAsync(listener.Address("relay"));
        await client.SendAsync(
            SmtpServer.Octets($"HELO a\r\nMAIL FROM:<>\r\nRCPT TO:<alice@example.test>\r\n{begin}"),
            byteByByte: false
        );
        var sending = Task.Run(async () =>
        {
            var junk = new byte[20_000];
            try
            {
                while (true)
                    await client.SendAsync(junk, byteByByte: false);
            }
            catch (IOException e)
            {
                return e;
            }
        });
        Assert.NotNull(await sending);
        Assert.Empty(gateway.Kept);
    }

    [Fact]
    public async Task Without_a_certificate_there_is_no_starttls()
    {
        await using var listener = await SmtpServer.StartAsync(new PlainGateway(), tls: false);
        var lines = await SmtpServer.TalkAsync(listener, "EHLO client.example.org\r\nSTARTTLS\r\n"u8.ToArray());
        Assert.DoesNotContain("250-STARTTLS", lines);
        Assert.StartsWith("502 5.5.1 ", lines[^1]);
    }

    [Fact]
    public async Task A_stopping_server_lets_the_transaction_finish_and_says_goodbye()
    {
        var gateway = new PlainGateway();
        await using var listener = await SmtpServer.StartAsync(gateway);
        await using var idle = await ScriptConnection.OpenAsync(listener.Address("relay"));
        await using var busy = await ScriptConnection.OpenAsync(listener.Address("relay"));
        Assert.StartsWith("220 ", await idle.ReadLineAsync());
        await busy.SendAsync(
            "HELO a\r\nMAIL FROM:<>\r\nRCPT TO:<alice@example.test>\r\nDATA\r\nhalf"u8.ToArray(),
            byteByByte: false
        );
        while (await busy.ReadLineAsync() is { } line && !line.StartsWith("354", StringComparison.Ordinal)) { }

        var stop = listener.StopAsync();
        Assert.StartsWith("421 4.3.2 ", await idle.ReadLineAsync());
        Assert.Null(await idle.ReadLineAsync());
        await busy.SendAsync(" and half\r\n.\r\n"u8.ToArray(), byteByByte: true);
        Assert.StartsWith("250 2.0.0 ", await busy.ReadLineAsync());
        Assert.StartsWith("421 4.3.2 ", await busy.ReadLineAsync());
        Assert.Null(await busy.ReadLineAsync());
        await stop;
        Assert.Single(gateway.Kept);
    }

    [Fact]
    public async Task One_connection_too_many_is_told_to_come_back()
    {
        var gateway = new PlainGateway();
        var front = new SmtpFront(
            SmtpServer.Options,
            gateway,
            null,
            null,
            TimeProvider.System,
            Entropy.System,
            NullLoggerFactory.Instance
        );
        await using var listener = await TestListener.StartAsync(
            [("relay", front, false)],
            Strangers.Limits(Strangers.Judged) with
            {
                ConnectionsPerAddress = 1,
            }
        );
        await using var first = await ScriptConnection.OpenAsync(listener.Address());
        Assert.StartsWith("220 ", await first.ReadLineAsync());
        await using var second = await ScriptConnection.OpenAsync(listener.Address());
        Assert.StartsWith("421 4.7.0 ", await second.ReadLineAsync());
        Assert.Null(await second.ReadLineAsync());
    }

    [Fact]
    public void Options_that_cannot_be_are_told_all_at_once()
    {
        Assert.Empty(SmtpServer.Options.Faults());
        var bad = new SmtpOptions
        {
            Hostname = "no name",
            MaxMessageSize = 1,
            MaxRecipients = 5,
            MaxErrors = 0,
            MaxDiscard = -1,
            DataTimeout = TimeSpan.Zero,
        };
        Assert.Equal(6, bad.Faults().Count());
    }
}
