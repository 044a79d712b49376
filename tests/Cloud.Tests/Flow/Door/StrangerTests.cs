using Cloud.Listener.Hosting.Abuse;
using Cloud.Tests.Fakes;
using Cloud.Wire.Limits;

namespace Cloud.Tests.Flow.Door;

/// <summary>Real SMTP sessions of those who talk too early, guess, err and hurry, each known by the address its proxy tells.</summary>
public sealed class StrangerTests
{
    const string Early = "554 5.5.1 You spoke before the greeting";
    const string NoSuchUser = "550 5.1.1 ";

    readonly ManualClock clock = new(DateTimeOffset.UtcNow);

    Task<FakeWorld> OpenAsync(Func<AbuseOptions, AbuseOptions> set) =>
        FakeWorld.OpenAsync(abuse: set(AbuseOptions.Off), doorTime: clock);

    [Fact]
    public async Task Who_talks_before_the_greeting_is_turned_away_and_who_waits_is_greeted()
    {
        var pause = TimeSpan.FromSeconds(2);
        await using var world = await OpenAsync(limits => limits with { GreetingPause = pause });
        await using (var hasty = await world.ConnectAsync(FakeWorld.Stranger))
        {
            Assert.Equal(Early, await hasty.AskAsync("EHLO early.test"));
            Assert.Equal("", await hasty.HearAsync());
        }
        var waits = clock.TimerAsync(pause);
        await using var patient = await world.ConnectAsync(FakeWorld.Bank);
        await waits;
        clock.Advance(pause);
        Assert.StartsWith("220 ", await patient.HearAsync());
        await using var again = await world.ConnectAsync(FakeWorld.Bank);
        Assert.StartsWith("220 ", await again.HearAsync());
    }

    [Fact]
    public async Task The_answer_to_a_mistake_is_held_back()
    {
        var tarpit = TimeSpan.FromSeconds(5);
        await using var world = await OpenAsync(limits => limits with { Tarpit = tarpit, BanPoints = 1 });
        await using var session = await GreetedAsync(world, FakeWorld.Stranger);
        var waits = clock.TimerAsync(tarpit);
        var answer = session.AskAsync("WHAT");
        await waits;
        Assert.False(answer.IsCompleted);
        clock.Advance(tarpit);
        Assert.Equal("500 5.5.1 Command not recognised", await answer);
    }

    [Fact]
    public async Task Who_guesses_recipients_learns_nothing_more_and_is_banned_for_a_while()
    {
        await using var world = await OpenAsync(limits =>
            limits with
            {
                RefusedRecipients = MaxRate.PerHour(2),
                FirstBan = TimeSpan.FromMinutes(10),
                BanPoints = 4,
            }
        );
        await using var session = await GreetedAsync(world, FakeWorld.Stranger);
        Assert.StartsWith("250 ", await session.AskAsync("HELO stranger.test"));
        Assert.StartsWith("250 ", await session.AskAsync("MAIL FROM:<x@stranger.test>"));
        Assert.StartsWith(NoSuchUser, await session.AskAsync("RCPT TO:<adam@example.test>"));
        Assert.StartsWith(NoSuchUser, await session.AskAsync("RCPT TO:<eve@example.test>"));
        const string enough = "450 4.7.1 Too many unknown recipients from your address; try again in ";
        Assert.StartsWith(enough, await session.AskAsync($"RCPT TO:<{TestBackend.Alice}>"));
        Assert.StartsWith(enough, await session.AskAsync("RCPT TO:<cain@example.test>"));
        Assert.StartsWith("421 4.7.0 ", await session.HearAsync());
        Assert.Equal("", await session.HearAsync());

        await using (var banned = await world.ConnectAsync(FakeWorld.Stranger))
            Assert.StartsWith("421 4.7.0 ", await banned.HearAsync());
        await using (await GreetedAsync(world, FakeWorld.Bank)) { }
        clock.Advance(TimeSpan.FromMinutes(11));
        await using var forgiven = await GreetedAsync(world, FakeWorld.Stranger);
    }

    [Fact]
    public async Task Who_sends_too_much_is_put_off_and_others_are_not()
    {
        await using var world = await OpenAsync(limits => limits with { Messages = MaxRate.PerHour(1) });
        foreach (var client in new[] { FakeWorld.Plain, FakeWorld.Stranger })
        {
            var letter = FakeWorld.Letter("x@plain.test");
            Assert.StartsWith("250 ", await world.SendAsync(client, "plain.test", "x@plain.test", letter));
        }
        await using var session = await GreetedAsync(world, FakeWorld.Plain);
        Assert.StartsWith("250 ", await session.AskAsync("HELO plain.test"));
        var reply = await session.AskAsync("MAIL FROM:<x@plain.test>");
        Assert.StartsWith("450 4.7.1 Too many messages from your address; try again in ", reply);
    }

    static async Task<WorldSession> GreetedAsync(FakeWorld world, string client)
    {
        var session = await world.ConnectAsync(client);
        Assert.StartsWith("220 ", await session.HearAsync());
        return session;
    }
}
