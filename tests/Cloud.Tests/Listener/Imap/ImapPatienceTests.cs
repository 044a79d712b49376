using Cloud.Listener.Imap;
using Cloud.Tests.Fakes;
using Cloud.Tests.Sessions;

namespace Cloud.Tests.Listener.Imap;

/// <summary>How long sessions last in which nothing is said, by the options that nobody has changed.</summary>
public sealed class ImapPatienceTests
{
    /// <summary>RFC 9051 §5.4: no less than this.</summary>
    static readonly TimeSpan Inactivity = TimeSpan.FromMinutes(30);

    /// <summary>Only the time to log in differs, so that it is not the timer a test waits for.</summary>
    static readonly ImapOptions Options = new() { LoginTimeout = TimeSpan.FromHours(1) };

    /// <summary>RFC 2177: connections that seem idle are cut off by what is between; NAT routers forget after 4 minutes.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("SELECT INBOX")]
    public async Task Who_idles_hears_from_us_within_4_minutes_and_goodbye_after_30(string before)
    {
        var clock = new ManualClock();
        await using var listener = await ListenAsync(clock);
        await using var client = await ImapClient.OpenAsync(listener);
        if (before.Length > 0)
            await client.DoAsync(before);
        var (start, pause) = (clock.GetUtcNow(), Options.KeepAlive);
        Assert.InRange(pause, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(4) - TimeSpan.FromSeconds(1));

        var waits = clock.TimerAsync(pause);
        await client.SendAsync("i IDLE\r\n");
        Assert.Equal("+ idling", await client.ReadLineAsync());
        while (clock.GetUtcNow() - start + pause < Inactivity)
        {
            await waits;
            waits = clock.TimerAsync(pause);
            clock.Advance(pause);
            Assert.Equal("* OK Still here", await client.ReadLineAsync());
        }
        await waits;
        clock.Advance(start + Inactivity - clock.GetUtcNow());
        Assert.Equal("* BYE Nothing was heard for too long", await client.ReadLineAsync());
        Assert.Null(await client.ReadLineAsync());
    }

    [Theory]
    [InlineData("NOOP")]
    [InlineData("SELECT INBOX")]
    [InlineData("NOTIFY SET (personal (MailboxName))")]
    public async Task Who_is_silent_hears_goodbye_after_30_minutes_and_not_before(string command)
    {
        var clock = new ManualClock();
        await using var listener = await ListenAsync(clock);
        var waits = clock.TimerAsync(Inactivity);
        await using var client = await ImapClient.OpenAsync(listener);
        await waits;
        clock.Advance(Inactivity - TimeSpan.FromSeconds(1));
        await client.DoAsync(command);

        var last = clock.GetUtcNow();
        var line = client.ReadLineAsync();
        await clock.RunAsync(line, TimeSpan.FromSeconds(30));
        Assert.Equal("* BYE Nothing was heard for too long", await line);
        Assert.True(clock.GetUtcNow() - last >= Inactivity);
        Assert.Null(await client.ReadLineAsync());
    }

    static async Task<TestListener> ListenAsync(ManualClock clock) =>
        await ImapServer.ListenAsync(await TestBackend.OpenAsync(time: clock), Options, time: clock);
}
