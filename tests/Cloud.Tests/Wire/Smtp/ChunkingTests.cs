using System.Text;
using Cloud.Wire.Smtp;
using static Cloud.Tests.Wire.Smtp.SmtpTalk;

namespace Cloud.Tests.Wire.Smtp;

public sealed class ChunkingTests
{
    static readonly Func<SmtpOptions, SmtpOptions> Preferred = options => options with { PreferChunking = true };

    [Fact]
    public async Task Binary_octets_go_as_they_are()
    {
        var talk = new SmtpTalk(
            Hello("PIPELINING", "CHUNKING", "BINARYMIME")
                + """
                C: MAIL FROM:<me@client.example.test> BODY=BINARYMIME
                C: RCPT TO:<ada@example.test>
                S: 250 Ok
                S: 250 Ok
                C: BDAT 9 LAST
                B: 9
                S: 250 2.0.0 Ok
                C: QUIT
                """
        );
        var outcome = await talk.SendAsync(Message("a\nb\rc\0.\n.") with { Body = SmtpBody.Binary });
        Assert.Equal(SmtpVerdict.Sent, outcome.Recipients[0].Verdict);
        Assert.Equal("a\nb\rc\0.\n.", talk.Peer.Messages[0]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(32 * 1024)]
    [InlineData(3_000_000)]
    public async Task A_text_of_any_size_arrives_in_chunks(int size)
    {
        var text = string.Concat(Enumerable.Repeat(".234567890\n", size / 11 + 1))[..size];
        var server = new AnsweringServer((_, _) => "250 Ok");
        var opening = await server.OpenAsync(Preferred);
        var outcome = await SendOnAsync(opening.Connection!, Message(text));
        Assert.Equal(SmtpVerdict.Sent, outcome.Recipients[0].Verdict);
        var expected = text.Replace("\n", "\r\n");
        Assert.Equal(
            expected.Length == 0 || expected.EndsWith('\n') ? expected : expected + "\r\n",
            server.Messages[0]
        );
        Assert.True(opening.Connection!.IsUsable);
        Assert.Equal(SmtpVerdict.Sent, (await SendOnAsync(opening.Connection, Message())).Recipients[0].Verdict);
    }

    [Fact]
    public async Task A_chunk_that_is_refused_ends_the_message_but_not_the_connection()
    {
        var server = new AnsweringServer((verb, _) => verb is "BDAT" or "MESSAGE" ? "552 5.3.4 Too much" : "250 Ok");
        var opening = await server.OpenAsync(Preferred);
        var outcome = await SendOnAsync(opening.Connection!, Message(new string('x', 5_000_000)));
        Assert.Equal(
            (SmtpVerdict.Failed, "5.3.4"),
            (outcome.Recipients[0].Verdict, outcome.Recipients[0].Failure!.Status)
        );
        Assert.False(outcome.Recipients[0].MayHaveBeenTaken);
        Assert.True(opening.Connection!.IsUsable);
        Assert.InRange(server.Messages.Sum(message => message.Length), 1, 4_900_000);
    }

    [Fact]
    public async Task Without_pipelining_no_chunk_goes_before_the_last_one_is_answered()
    {
        var server = new AnsweringServer((verb, _) => verb is "BDAT" or "MESSAGE" ? "552 5.3.4 Too much" : "250 Ok");
        var opening = await server.OpenAsync(options => Preferred(options) with { Pipelining = false });
        await SendOnAsync(opening.Connection!, Message(new string('x', 5_000_000)));
        Assert.Equal([32 * 1024], server.Messages.Select(message => message.Length));
    }

    [Fact]
    public async Task A_chunk_that_is_answered_twice_is_not_taken_for_the_message()
    {
        var server = new AnsweringServer((verb, _) => verb is "BDAT" ? "250 One\n250 Two" : "250 Ok");
        var opening = await server.OpenAsync(options => Preferred(options) with { Pipelining = false });
        var outcome = await SendOnAsync(opening.Connection!, Message(new string('x', 5_000_000)));
        Assert.Equal(SmtpVerdict.Deferred, outcome.Recipients[0].Verdict);
        Assert.False(opening.Connection!.IsUsable);
        Assert.Equal(0, server.Taken);
    }

    [Fact]
    public async Task Whether_the_end_was_taken_is_not_known_from_who_leaves_over_the_start()
    {
        var talk = new SmtpTalk(
            Hello("PIPELINING", "CHUNKING")
                + "?:\n?:\nS: 250 Ok\nS: 250 Ok\n?:\nB: 32768\n?:\nB: 10002\nS: 421 4.3.2 Bye\n"
        );
        var outcome = (await talk.SendAsync(Preferred, Message(new string('x', 32768 + 10_000))))[0];
        Assert.Equal("4.3.2", outcome.Recipients[0].Failure!.Status);
        Assert.True(outcome.Recipients[0].MayHaveBeenTaken);
    }

    [Fact]
    public async Task A_server_that_takes_the_end_after_it_refused_the_start_is_not_believed()
    {
        var server = new AnsweringServer((verb, _) => verb is "BDAT" ? "451 No" : "250 Ok");
        var opening = await server.OpenAsync(Preferred);
        var outcome = await SendOnAsync(opening.Connection!, Message(new string('x', 40_000)));
        Assert.NotEqual(SmtpVerdict.Sent, outcome.Recipients[0].Verdict);
    }
}
