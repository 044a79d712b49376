using System.Text;
using Cloud.Listener.Hosting.Abuse;
using Cloud.Tests.Fakes;
using Cloud.Tests.Listener.Smtp;
using Cloud.Tests.Sessions;

namespace Cloud.Tests.Listener.Hosting.Abuse;

/// <summary>How long a stranger waits: for the greeting, and for answers to its mistakes.</summary>
public sealed class GreetingTests
{
    static readonly AbuseOptions Pausing = Strangers.Judged with { GreetingPause = TimeSpan.FromSeconds(2) };

    readonly ManualClock clock = new();

    [Fact]
    public async Task A_silent_peer_is_greeted_after_the_pause_and_the_next_time_at_once()
    {
        using var entrance = Strangers.Entrance(Pausing, clock);
        await using (var first = Strangers.Meet(entrance, clock).Server)
        {
            var peer = Strangers.Meet(entrance, clock);
            var session = Run(peer);
            Assert.False(peer.Receive.TryRead(out _));
            clock.Advance(TimeSpan.FromSeconds(2));
            Assert.StartsWith("220 ", await ReadAsync(peer));
            await peer.Send.CompleteAsync();
            await session;
        }

        var again = Strangers.Meet(entrance, clock);
        var second = Run(again);
        Assert.StartsWith("220 ", await ReadAsync(again));
        await again.Send.CompleteAsync();
        await second;
    }

    [Fact]
    public async Task Whoever_talks_meanwhile_is_turned_away_and_remembered_for_it()
    {
        using var entrance = Strangers.Entrance(
            Pausing with
            {
                FirstBan = TimeSpan.FromMinutes(10),
                BanPoints = 50,
            },
            clock
        );
        for (var i = 0; i < 2; i++)
        {
            var peer = Strangers.Meet(entrance, clock);
            var session = Run(peer);
            await peer.Send.WriteAsync("EHLO early.example.org\r\n"u8.ToArray());
            Assert.Equal("554 5.5.1 You spoke before the greeting\r\n", await ReadAsync(peer));
            await session;
        }
        Assert.Equal(Admission.Banned, entrance.TryEnter(Strangers.Address));
    }

    [Fact]
    public async Task Whoever_leaves_meanwhile_hears_nothing()
    {
        using var entrance = Strangers.Entrance(Pausing, clock);
        var peer = Strangers.Meet(entrance, clock);
        var session = Run(peer);
        await peer.Send.CompleteAsync();
        await session;
        Assert.False(peer.Receive.TryRead(out _));
    }

    [Fact]
    public async Task The_answer_to_a_mistake_is_held_back()
    {
        using var entrance = Strangers.Entrance(
            Strangers.Judged with
            {
                Tarpit = TimeSpan.FromSeconds(5),
                BanPoints = 1,
            },
            clock
        );
        var peer = Strangers.Meet(entrance, clock);
        await peer.Send.WriteAsync("NOOP\r\nWHAT\r\n"u8.ToArray());
        var session = Run(peer); // Comes as far as the pause, since all it reads is there.
        Assert.Equal("220 mx.example.test ESMTP\r\n", await ReadAsync(peer));
        clock.Advance(TimeSpan.FromSeconds(4));
        Assert.False(peer.Receive.TryRead(out _));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("250 2.0.0 Ok\r\n500 5.5.1 Command not recognised\r\n", await ReadAsync(peer));
        await peer.Send.CompleteAsync();
        await session;
    }

    [Fact]
    public async Task A_stopping_server_holds_nothing_back()
    {
        var forEver = Strangers.Judged with { Tarpit = TimeSpan.FromHours(1), BanPoints = 1 };
        await using var listener = await Strangers.StartAsync(Strangers.Limits(forEver));
        await using var client = await ScriptConnection.OpenAsync(listener.Address("relay"));
        Assert.StartsWith("220 ", await client.ReadLineAsync());
        await client.SendAsync("WHAT\r\n"u8.ToArray(), byteByByte: false);
        var stop = listener.StopAsync();
        var last = "";
        while (await client.ReadLineAsync() is { } line)
            last = line;
        Assert.StartsWith("421 4.3.2 ", last);
        await stop;
    }

    static Task Run(PipedConnection peer) =>
        SmtpServer.Front(new PlainGateway(), SmtpServer.Options, tls: false).RunAsync(peer.Server);

    static async Task<string> ReadAsync(PipedConnection peer)
    {
        var read = await peer.Receive.ReadAsync();
        var text = Encoding.ASCII.GetString(read.Buffer);
        peer.Receive.AdvanceTo(read.Buffer.End);
        return text;
    }
}
