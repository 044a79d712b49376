using Cloud.Wire.Smtp;
using static Cloud.Tests.Wire.Smtp.SmtpTalk;

namespace Cloud.Tests.Wire.Smtp;

/// <summary>Whatever a server does, every recipient has one outcome, and none is sent without the final 2xx.</summary>
public sealed class MisbehaviourTests
{
    const string Envelope = """
        C: MAIL FROM:<me@client.example.test>
        C: RCPT TO:<ada@example.test>
        C: RCPT TO:<bob@example.test>
        C: DATA

        """;

    const string Accepted = "S: 250 Ok\nS: 250 Ok\nS: 550 5.1.1 No\nS: 354 Go on\n";

    static readonly string Whole = Hello("PIPELINING") + Envelope + Accepted + "M:\nS: 250 2.0.0 Ok\n";

    static async Task<SmtpOutcome?> TryAsync(string script, Pace pace = Pace.Together)
    {
        var opening = await new SmtpTalk(script, pace).OpenAsync();
        if (opening.Connection is not { } connection)
            return null;
        var outcome = await SendOnAsync(connection, Message(recipients: [Ada, Bob]));
        await connection.DisposeAsync();
        Assert.Equal([Ada, Bob], outcome.Recipients.Select(one => one.Recipient));
        return outcome;
    }

    [Fact]
    public async Task Lost_at_any_octet_nothing_is_sent_that_was_not_answered()
    {
        var lines = Whole.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        for (var count = 0; count < lines.Length; count++)
        {
            var before = string.Join('\n', lines[..count]) + "\n";
            // Nothing of the line, half of it, or all but its line feed.
            foreach (var part in Parts(lines[count]))
            {
                var outcome = await TryAsync(before + part);
                Assert.DoesNotContain(outcome?.Recipients ?? [], one => one.Verdict == SmtpVerdict.Sent);
                if (outcome is null)
                    continue;
                Assert.Equal(SmtpFault.Lost, outcome.Failure!.Fault);
                var wasWhole = before.Contains("M:");
                Assert.Equal(wasWhole, outcome.Recipients[0].MayHaveBeenTaken);
                Assert.Equal(wasWhole ? SmtpPhase.Final : outcome.Failure.Phase, outcome.Failure.Phase);
                // What was said about one recipient stays said.
                if (before.Contains("550"))
                    Assert.Equal("5.1.1", outcome.Recipients[1].Failure!.Status);
                Assert.False(before.Contains("550") && outcome.Recipients[1].MayHaveBeenTaken);
            }
        }

        var sent = await TryAsync(Whole);
        Assert.Equal([SmtpVerdict.Sent, SmtpVerdict.Failed], sent!.Recipients.Select(one => one.Verdict));
    }

    static string[] Parts(string line) =>
        line.StartsWith("S:") ? ["", $"W: {line[3..6]}", $"W: {line[3..]}", $"W: {line[3..]}\\r"] : [""];

    [Theory]
    [InlineData("421 4.3.2 Going")]
    [InlineData("451 4.3.0 Later")]
    [InlineData("550 5.7.1 Never")]
    [InlineData("354 What")]
    [InlineData("250 Fine")]
    [InlineData("220 Hello")]
    [InlineData("999 Odd")]
    [InlineData("junk")]
    [InlineData("250-a\n550 b")]
    public async Task Any_answer_at_any_place_is_no_success_but_the_last(string answer)
    {
        var lines = Whole.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        for (var at = 0; at < lines.Length - 1; at++)
        {
            if (!lines[at].StartsWith("S:") || lines[at][5..] == answer[2..])
                continue;
            var changed = lines.ToArray();
            changed[at] = string.Join('\n', answer.Split('\n').Select(line => $"S: {line}"));
            var outcome = await TryAsync(string.Join('\n', changed));
            if (outcome is null)
                continue;
            foreach (var one in outcome.Recipients)
            {
                if (one.Verdict == SmtpVerdict.Sent)
                    Assert.Equal("2.0.0", one.Reply!.Status); // The final reply was read, as it was meant.
                else
                    Assert.False(one.MayHaveBeenTaken);
            }
        }
    }

    [Theory]
    [InlineData("S: 354 Go on\nS: 250 2.0.0 Queued\nM:\n")]
    [InlineData("S: 250 2.0.0 Queued\nM:\n")]
    [InlineData("S: 250 Ok\nS: 354 Go on\nM:\nS: 250 Queued\n")]
    public async Task A_reply_that_comes_before_its_command_is_not_taken_for_it(string replies)
    {
        var outcome = await TryAsync(Hello("PIPELINING") + Envelope + "S: 250 Ok\nS: 250 Ok\nS: 250 Ok\n" + replies);
        Assert.All(outcome!.Recipients, one => Assert.Equal(SmtpVerdict.Deferred, one.Verdict));
        Assert.All(outcome.Recipients, one => Assert.False(one.MayHaveBeenTaken));
        Assert.Equal(SmtpFault.Protocol, outcome.Failure!.Fault);
    }

    [Fact]
    public async Task A_refusal_in_the_midst_of_a_message_is_heard()
    {
        var talk = new SmtpTalk(
            Hello("PIPELINING") + "?:\n?:\n?:\nS: 250 Ok\nS: 250 Ok\nS: 354 Go on\nB: 1000\nS: 552 5.3.4 Too much\nH:\n"
        );
        var opening = await talk.OpenAsync();
        var message = Message() with { Open = _ => new(new EndlessStream(talk.Peer.Holding.Task)) };
        var outcome = await SendOnAsync(opening.Connection!, message);
        Assert.Equal((SmtpPhase.Content, SmtpFault.Refused), (outcome.Failure!.Phase, outcome.Failure.Fault));
        Assert.Equal("5.3.4", outcome.Recipients[0].Failure!.Status);
        Assert.False(outcome.Recipients[0].MayHaveBeenTaken);
        Assert.False(opening.Connection!.IsUsable);
    }

    [Fact]
    public async Task A_server_that_left_between_messages_is_told_from_one_that_refuses()
    {
        foreach (var end in new[] { "", "S: 421 4.4.2 Idle\n" })
        {
            var talk = new SmtpTalk(
                Hello("PIPELINING") + "?:\n?:\n?:\nS: 250 Ok\nS: 250 Ok\nS: 354 Go on\nM:\nS: 250 Ok\nW: \n" + end
            );
            var opening = await talk.OpenAsync();
            await SendOnAsync(opening.Connection!, Message());
            await talk.Peer.Played.WaitAsync(Patience);
            if (!opening.Connection!.IsUsable)
                continue;
            var outcome = await SendOnAsync(opening.Connection, Message());
            Assert.Equal(SmtpPhase.Envelope, outcome.Failure!.Phase);
            Assert.Equal(end.Length == 0 ? SmtpFault.Lost : SmtpFault.Refused, outcome.Failure.Fault);
            Assert.Equal(SmtpVerdict.Deferred, outcome.Recipients[0].Verdict);
            Assert.Equal(2, opening.Connection.Transactions);
        }
    }

    [Fact]
    public async Task A_server_that_breaks_pipelining_is_pointed_out()
    {
        var outcome = await TryAsync(Hello("PIPELINING") + "?:\n?:\n?:\n?:\nS: 250 Ok\n");
        Assert.True(outcome!.Failure!.WhilePipelining);
        outcome = await TryAsync(Hello() + "?:\nS: 250 Ok\n?:\n");
        Assert.False(outcome!.Failure!.WhilePipelining);
    }

    [Fact]
    public async Task Whatever_a_server_says_the_account_of_it_is_sound()
    {
        string?[] answers =
        [
            "250 Ok",
            "250 Ok",
            "250 Ok",
            "250 Ok",
            "354 Go on",
            "354 Go on",
            "451 4.7.1 Later",
            "550 5.1.1 No",
            "421 Bye",
            "250-a\n250 b",
            "250 a\n250 b",
            "",
            "junk",
            null,
        ];
        for (var seed = 0; seed < 1500; seed++)
        {
            var random = new Random(seed);
            var server = new AnsweringServer(
                (verb, _) =>
                    verb is "GREETING" or "EHLO" || random.Next(3) > 0
                        ? verb == "DATA"
                            ? "354"
                            : "250 Ok"
                        : answers[random.Next(answers.Length)]
            );
            var opening = await server.OpenAsync(options =>
                options with
                {
                    Pipelining = random.Next(3) > 0,
                    PreferChunking = random.Next(3) == 0,
                }
            );
            var (sent, doubtful) = (0, 0);
            while (opening.Connection!.IsUsable && opening.Connection.Transactions < 5)
            {
                var content = random.Next(4) == 0 ? new string('x', 100_000) : "Subject: x\r\n";
                var outcome = await SendOnAsync(opening.Connection, Message(content, [Ada, Bob, Eve]));
                Assert.Equal([Ada, Bob, Eve], outcome.Recipients.Select(one => one.Recipient));
                sent += outcome.Recipients.Any(one => one.Verdict == SmtpVerdict.Sent) ? 1 : 0;
                doubtful += outcome.Recipients.Any(one => one.MayHaveBeenTaken) ? 1 : 0;
                Assert.All(
                    outcome.Recipients,
                    one => Assert.Equal(one.Verdict == SmtpVerdict.Sent, one.Failure is null)
                );
                Assert.All(
                    outcome.Recipients,
                    one => Assert.False(one.Verdict == SmtpVerdict.Sent && one.MayHaveBeenTaken)
                );
                Assert.All(
                    outcome.Recipients,
                    one => Assert.True(one.Verdict != SmtpVerdict.Sent || one.Reply!.IsPositive)
                );
            }

            await opening.Connection.DisposeAsync();
            await server.Served.WaitAsync(Patience);
            Assert.True(sent <= server.Taken, $"seed {seed}: {sent} sent, {server.Taken} taken");
            Assert.True(
                server.Taken <= sent + doubtful,
                $"seed {seed}: {server.Taken} taken, {sent} + {doubtful} told"
            );
        }
    }
}
