using System.Text;
using Cloud.Wire.Smtp;
using static Cloud.Tests.Wire.Smtp.SmtpTalk;

namespace Cloud.Tests.Wire.Smtp;

public sealed class TransactionTests
{
    const string Pipelined = """
        C: MAIL FROM:<me@client.example.test>
        C: RCPT TO:<ada@example.test>
        C: DATA
        S: 250 2.1.0 Ok
        S: 250 2.1.5 Ok
        S: 354 Go on
        M:
        S: 250 2.0.0 Queued as 4711

        """;

    const string Quit = """
        C: QUIT
        S: 221 2.0.0 Bye
        """;

    /// <summary>An envelope that is said at once.</summary>
    static string Envelope(params string[] names) =>
        "C: MAIL FROM:<me@client.example.test>\n"
        + string.Concat(names.Select(name => $"C: RCPT TO:<{name}@example.test>\n"))
        + "C: DATA\n";

    static SmtpRecipientOutcome Only(SmtpOutcome outcome) => Assert.Single(outcome.Recipients);

    [Theory]
    [InlineData("Together")]
    [InlineData("Lines")]
    [InlineData("Octets")]
    public async Task A_message_is_sent_and_the_final_reply_told(string pace)
    {
        var talk = new SmtpTalk(Hello("PIPELINING") + Pipelined + Quit, Enum.Parse<Pace>(pace));
        var outcome = await talk.SendAsync(Message());
        Assert.Null(outcome.Failure);
        Assert.Equal(SmtpVerdict.Sent, Only(outcome).Verdict);
        Assert.Equal(new SmtpReply(250, "2.0.0", "2.0.0 Queued as 4711"), Only(outcome).Reply);
        Assert.False(Only(outcome).MayHaveBeenTaken);
        Assert.Equal("Subject: x\r\n\r\nHello\r\n.\r\n", Assert.Single(talk.Peer.Messages));
    }

    [Fact]
    public async Task Pipelined_commands_are_one_write_and_a_small_message_another()
    {
        var talk = new SmtpTalk(Hello("PIPELINING") + Pipelined + Quit);
        await talk.SendAsync(Message());
        Assert.Equal(4, talk.Peer.Client.Writes); // EHLO, the envelope, the message, QUIT.
    }

    [Fact]
    public async Task Without_pipelining_each_command_waits_for_its_reply()
    {
        var talk = new SmtpTalk(
            Hello("8BITMIME")
                + """
                C: MAIL FROM:<me@client.example.test>
                S: 250 Ok
                C: RCPT TO:<ada@example.test>
                S: 250 Ok
                C: DATA
                S: 354 Go on
                M:
                S: 250 Ok

                """
                + Quit
        );
        Assert.Equal(SmtpVerdict.Sent, Only(await talk.SendAsync(Message())).Verdict);
    }

    [Fact]
    public async Task Pipelining_can_be_left_alone_where_it_is_offered()
    {
        var talk = new SmtpTalk(
            Hello("PIPELINING")
                + """
                C: MAIL FROM:<me@client.example.test>
                S: 550 5.7.1 Not you

                """
                + Quit
        );
        var outcome = (await talk.SendAsync(options => options with { Pipelining = false }, Message()))[0];
        Assert.Equal(SmtpVerdict.Failed, Only(outcome).Verdict);
        Assert.Equal(SmtpPhase.Mail, Only(outcome).Failure!.Phase);
    }

    [Fact]
    public async Task Several_messages_go_over_one_connection()
    {
        var talk = new SmtpTalk(Hello("PIPELINING") + Pipelined + Pipelined + Quit);
        var outcomes = await talk.SendAsync(null, Message(), Message("Subject: y\r\n\r\n.\r\n"));
        Assert.All(outcomes, outcome => Assert.Equal(SmtpVerdict.Sent, Only(outcome).Verdict));
        Assert.Equal("Subject: y\r\n\r\n..\r\n.\r\n", talk.Peer.Messages[1]);
    }

    [Fact]
    public async Task Each_recipient_has_its_own_reply()
    {
        var talk = new SmtpTalk(
            Hello("PIPELINING")
                + Envelope("ada", "bob", "eve")
                + """
                S: 250 Ok
                S: 550-5.1.1 No such
                S: 550 5.1.1 user
                S: 250 Ok
                S: 451 4.7.1 Greylisted
                S: 354 Go on
                M:
                S: 250 Ok

                """
                + Quit
        );
        var outcome = await talk.SendAsync(Message(recipients: [Ada, Bob, Eve]));
        Assert.Null(outcome.Failure);
        Assert.Equal([Ada, Bob, Eve], outcome.Recipients.Select(one => one.Recipient));
        Assert.Equal(
            [SmtpVerdict.Failed, SmtpVerdict.Sent, SmtpVerdict.Deferred],
            outcome.Recipients.Select(one => one.Verdict)
        );
        Assert.Equal("5.1.1 No such\n5.1.1 user", outcome.Recipients[0].Reply!.Text);
        Assert.Equal("5.1.1", outcome.Recipients[0].Failure!.Status);
        Assert.Equal("4.7.1", outcome.Recipients[2].Failure!.Status);
    }

    [Fact]
    public async Task A_server_that_lets_in_data_for_nobody_gets_a_dot_and_then_the_next_message()
    {
        var talk = new SmtpTalk(
            Hello("PIPELINING")
                + Envelope("ada")
                + """
                S: 250 Ok
                S: 550 No
                S: 354 Go on
                C: .
                S: 250 Took nothing
                C: RSET

                """
                + Envelope("bob")
                + """
                S: 250 Ok
                S: 250 Ok
                S: 250 Ok
                S: 354 Go on
                M:
                S: 250 Ok

                """
                + Quit
        );
        var outcomes = await talk.SendAsync(null, Message(), Message(recipients: Bob));
        Assert.Equal(SmtpVerdict.Failed, Only(outcomes[0]).Verdict);
        Assert.Equal(SmtpVerdict.Sent, Only(outcomes[1]).Verdict);
    }

    [Theory]
    [InlineData("451 4.3.0 Later", SmtpVerdict.Deferred)]
    [InlineData("554 5.7.1 Never", SmtpVerdict.Failed)]
    public async Task What_is_said_to_data_or_the_dot_is_for_all_that_were_accepted(string reply, SmtpVerdict verdict)
    {
        var envelope = Envelope("ada", "bob") + "S: 250 Ok\nS: 250 Ok\nS: 550 5.1.1 No\n";
        foreach (var end in new[] { $"S: {reply}\n", $"S: 354 Go on\nM:\nS: {reply}\n" })
        {
            var talk = new SmtpTalk(Hello("PIPELINING") + envelope + end + Quit);
            var outcome = await talk.SendAsync(Message(recipients: [Ada, Bob]));
            Assert.Equal(verdict, outcome.Recipients[0].Verdict);
            Assert.Equal(reply, $"{outcome.Recipients[0].Reply}");
            Assert.False(outcome.Recipients[0].MayHaveBeenTaken);
            Assert.Equal(SmtpVerdict.Failed, outcome.Recipients[1].Verdict);
            Assert.Equal("5.1.1", outcome.Recipients[1].Failure!.Status);
        }
    }

    [Fact]
    public async Task Too_many_recipients_are_deferred_though_the_code_says_never()
    {
        var talk = new SmtpTalk(
            Hello("PIPELINING")
                + Envelope("ada", "bob")
                + """
                S: 250 Ok
                S: 250 Ok
                S: 552 5.5.3 Too many
                S: 354 Go on
                M:
                S: 250 Ok

                """
                + Quit
        );
        var outcome = await talk.SendAsync(Message(recipients: [Ada, Bob]));
        Assert.Equal(SmtpVerdict.Deferred, outcome.Recipients[1].Verdict);
        Assert.Equal("4.5.3", outcome.Recipients[1].Failure!.Status);
    }

    [Fact]
    public async Task A_thousand_recipients_go_in_groups_that_fit_a_window()
    {
        var recipients = Enumerable
            .Range(0, 1000)
            .Select(i => new SmtpRecipient(new($"recipient-number-{i}", "example.test")))
            .ToArray();
        var server = new AnsweringServer((verb, _) => verb == "DATA" ? "354" : "250 Ok");
        var opening = await server.OpenAsync();
        var outcome = await SendOnAsync(opening.Connection!, Message(recipients: recipients));
        Assert.Equal(1000, outcome.Recipients.Count(one => one.Verdict == SmtpVerdict.Sent));
        Assert.InRange(server.Client.LargestWrite, 1, SmtpLimits.Group + 100);
        Assert.InRange(server.Client.Writes, 4, 10);
        Assert.Contains(outcome.Transcript.Lines, line => line.EndsWith("lines left out"));
        Assert.Equal("S: 250 Ok", outcome.Transcript.Lines[^1]);
    }

    [Fact]
    public async Task Message_octets_are_in_no_transcript()
    {
        var talk = new SmtpTalk(Hello("PIPELINING") + Pipelined + Quit);
        var outcome = await talk.SendAsync(Message("Subject: private\r\n\r\nprivate\r\n"));
        Assert.Equal(
            """
            C: MAIL FROM:<me@client.example.test>
            C: RCPT TO:<ada@example.test>
            C: DATA
            S: 250 2.1.0 Ok
            S: 250 2.1.5 Ok
            S: 354 Go on
            S: 250 2.0.0 Queued as 4711
            """,
            $"{outcome.Transcript}"
        );
    }

    [Fact]
    public async Task A_message_of_many_blocks_arrives_as_it_was()
    {
        var random = new Random(5);
        var text = new StringBuilder();
        while (text.Length < 300_000)
            text.Append(random.Next(4) == 0 ? "." : "").Append('x', random.Next(200)).Append("\r\n");
        var server = new AnsweringServer((verb, _) => verb == "DATA" ? "354" : "250 Ok");
        var opening = await server.OpenAsync();
        var outcome = await SendOnAsync(opening.Connection!, Message($"{text}"));
        Assert.Equal(SmtpVerdict.Sent, Only(outcome).Verdict);
        Assert.Equal($"{text}", Assert.Single(server.Messages));
        Assert.InRange(server.Client.LargestWrite, 1, 150_000);
    }

    [Fact]
    public async Task A_message_that_cannot_be_read_is_not_sent_and_ends_the_connection()
    {
        var server = new AnsweringServer((verb, _) => verb == "DATA" ? "354" : "250 Ok");
        var opening = await server.OpenAsync();
        var message = Message() with { Open = _ => throw new IOException("no such blob") };
        var outcome = await SendOnAsync(opening.Connection!, message);
        Assert.Equal(SmtpFault.Content, outcome.Failure!.Fault);
        Assert.Equal(SmtpVerdict.Deferred, Only(outcome).Verdict);
        Assert.False(Only(outcome).MayHaveBeenTaken);
        Assert.False(opening.Connection!.IsUsable);
        Assert.Empty(server.Messages);
    }

    [Fact]
    public async Task Reset_tells_whether_the_server_is_still_there()
    {
        var talk = new SmtpTalk(Hello() + "C: RSET\nS: 250 Ok\nC: RSET\nS: 421 4.3.2 Going\n");
        var opening = await talk.OpenAsync();
        Assert.Null(await opening.Connection!.ResetAsync(CancellationToken.None));
        Assert.Equal(421, (await opening.Connection.ResetAsync(CancellationToken.None))!.Reply!.Code);
        Assert.False(opening.Connection.IsUsable);
    }

    [Fact]
    public async Task Cancellation_before_the_dot_is_thrown_and_later_told()
    {
        foreach (var isLate in new[] { false, true })
        {
            var talk = new SmtpTalk(
                Hello("PIPELINING")
                    + (
                        isLate
                            ? Pipelined[..Pipelined.IndexOf("S: 250 2.0.0", StringComparison.Ordinal)]
                            : "?:\n?:\n?:\n"
                    )
                    + "H:\n"
            );
            var opening = await talk.OpenAsync();
            using var source = new CancellationTokenSource();
            var sending = opening.Connection!.SendAsync(Message(), source.Token).AsTask();
            await talk.Peer.Holding.Task.WaitAsync(Patience);
            await source.CancelAsync();
            if (isLate)
            {
                var outcome = await sending.WaitAsync(Patience);
                Assert.Equal((SmtpPhase.Final, SmtpFault.Cancelled), (outcome.Failure!.Phase, outcome.Failure.Fault));
                Assert.True(Only(outcome).MayHaveBeenTaken);
            }
            else
            {
                var thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending.WaitAsync(Patience));
                Assert.Equal(source.Token, thrown.CancellationToken);
            }

            Assert.False(opening.Connection.IsUsable);
            await talk.Peer.Played.WaitAsync(Patience);
        }
    }
}
