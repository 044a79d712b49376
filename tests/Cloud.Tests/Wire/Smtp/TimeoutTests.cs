using Cloud.Tests.Fakes;
using Cloud.Wire.Smtp;
using static Cloud.Tests.Wire.Smtp.SmtpTalk;

namespace Cloud.Tests.Wire.Smtp;

/// <summary>Each step has the time RFC 5321 §4.5.3.2 gives it, and not a second more.</summary>
public sealed class TimeoutTests
{
    readonly ManualClock clock = new();

    static readonly string Greeted = Hello("PIPELINING");

    /// <summary>Waits for the client to wait so long, lets almost all of it pass, then the rest.</summary>
    async Task PassAsync(Task waiting, TimeSpan time)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (clock.NextDue != time)
        {
            Assert.False(waiting.IsCompleted);
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        clock.Advance(time - TimeSpan.FromSeconds(1));
        Assert.False(waiting.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(2));
        await waiting.WaitAsync(Patience);
    }

    [Theory]
    [InlineData("H:", SmtpPhase.Greeting, 300)]
    [InlineData("W: 220-slow\\n220-\nH:", SmtpPhase.Greeting, 300)]
    [InlineData("S: 220 mx\n?:\nH:", SmtpPhase.Hello, 300)]
    [InlineData("S: 220 mx\n?:\nS: 250-mx\nS: 250 STARTTLS\n?:\nH:", SmtpPhase.Tls, 300)]
    [InlineData("S: 220 mx\n?:\nS: 250-mx\nS: 250 STARTTLS\n?:\nS: 220 Go\nB: 1\nB: 100\n?:", SmtpPhase.Tls, 60)]
    public async Task Opening(string script, SmtpPhase phase, int seconds)
    {
        var opening = new SmtpTalk(script).OpenAsync(options =>
            options with
            {
                Clock = clock,
                Tls = SmtpTlsDemand.Opportunistic,
            }
        );
        await PassAsync(opening, TimeSpan.FromSeconds(seconds));
        var failure = (await opening).Failure!;
        Assert.Equal((phase, SmtpFault.Timeout), (failure.Phase, failure.Fault));
        Assert.Contains($"{seconds} s", failure.Reason);
    }

    [Fact]
    public async Task Connecting()
    {
        var opening = new SmtpTalk("").OpenAsync(options =>
            options with
            {
                Clock = clock,
                Connect = async (_, cancel) =>
                {
                    await Task.Delay(Timeout.Infinite, cancel);
                    return Stream.Null;
                },
            }
        );
        await PassAsync(opening, TimeSpan.FromSeconds(30));
        Assert.Equal(
            (SmtpPhase.Connect, SmtpFault.Timeout),
            ((await opening).Failure!.Phase, (await opening).Failure!.Fault)
        );
    }

    [Theory]
    [InlineData("", SmtpPhase.Mail, 300, false)]
    [InlineData("S: 250 Ok", SmtpPhase.Recipient, 300, false)]
    [InlineData("S: 250 Ok\nS: 250 Ok", SmtpPhase.Data, 120, false)]
    [InlineData("S: 250 Ok\nS: 250 Ok\nS: 354 Ok\nM:", SmtpPhase.Final, 600, true)]
    [InlineData("S: 250 Ok\nS: 250 Ok\nS: 354 Ok\nM:\nW: 250 2.0.0 almos", SmtpPhase.Final, 600, true)]
    public async Task Transaction(string replies, SmtpPhase phase, int seconds, bool mayHaveBeenTaken)
    {
        var talk = new SmtpTalk(Greeted + $"?:\n?:\n?:\n{replies}\nH:");
        var opening = await talk.OpenAsync(options => options with { Clock = clock });
        var sending = SendOnAsync(opening.Connection!, Message());
        await PassAsync(sending, TimeSpan.FromSeconds(seconds));
        var outcome = await sending;
        Assert.Equal((phase, SmtpFault.Timeout), (outcome.Failure!.Phase, outcome.Failure.Fault));
        Assert.Equal(mayHaveBeenTaken, outcome.Recipients[0].MayHaveBeenTaken);
        Assert.Equal(SmtpVerdict.Deferred, outcome.Recipients[0].Verdict);
        Assert.False(opening.Connection!.IsUsable);
    }

    [Fact]
    public async Task A_server_that_reads_no_more_is_left_after_three_minutes()
    {
        var talk = new SmtpTalk(Greeted + "?:\n?:\n?:\nS: 250 Ok\nS: 250 Ok\nS: 354 Ok\nH:");
        var stuck = new StuckStream(talk.Peer.Client);
        var opening = await talk.OpenAsync(options => options with { Clock = clock, Connect = (_, _) => new(stuck) });
        stuck.Limit = 200_000;
        var message = Message() with { Open = _ => new(new EndlessStream(Task.CompletedTask)) };
        var sending = SendOnAsync(opening.Connection!, message);
        await PassAsync(sending, TimeSpan.FromMinutes(3));
        Assert.Equal(
            (SmtpPhase.Content, SmtpFault.Timeout),
            ((await sending).Failure!.Phase, (await sending).Failure!.Fault)
        );
    }

    [Fact]
    public async Task The_whole_has_a_budget_which_spares_the_final_reply()
    {
        var times = SmtpTimeouts.Default with { Budget = TimeSpan.FromMinutes(2) };
        foreach (var isFinal in new[] { false, true })
        {
            var talk = new SmtpTalk(
                Greeted + "?:\n?:\n?:\n" + (isFinal ? "S: 250 Ok\nS: 250 Ok\nS: 354 Ok\nM:\nH:" : "H:")
            );
            var opening = await talk.OpenAsync(options => options with { Clock = clock, Timeouts = times });
            var sending = SendOnAsync(opening.Connection!, Message());
            await PassAsync(sending, TimeSpan.FromMinutes(isFinal ? 10 : 2));
            Assert.Equal(isFinal ? SmtpPhase.Final : SmtpPhase.Mail, (await sending).Failure!.Phase);
        }
    }

    [Fact]
    public async Task Quit_is_not_waited_for_long()
    {
        var talk = new SmtpTalk(Greeted + "C: QUIT\nH:");
        var opening = await talk.OpenAsync(options => options with { Clock = clock });
        await PassAsync(opening.Connection!.DisposeAsync().AsTask(), TimeSpan.FromSeconds(2));
        await talk.Peer.Played.WaitAsync(Patience);
    }

    [Fact]
    public async Task Time_between_messages_is_nobodys()
    {
        var transaction = "?:\n?:\n?:\nS: 250 Ok\nS: 250 Ok\nS: 354 Ok\nM:\nS: 250 Ok\n";
        var talk = new SmtpTalk(Greeted + transaction + transaction + "C: QUIT");
        var opening = await talk.OpenAsync(options => options with { Clock = clock });
        await SendOnAsync(opening.Connection!, Message());
        clock.Advance(TimeSpan.FromHours(5));
        var outcome = await SendOnAsync(opening.Connection!, Message());
        Assert.Equal(SmtpVerdict.Sent, outcome.Recipients[0].Verdict);
        await opening.Connection!.DisposeAsync();
    }
}
