using System.Buffers;
using System.Text;
using Cloud.Listener.Hosting;
using Cloud.Tests.Listener.Hosting.Abuse;
using Cloud.Tests.Sessions;

namespace Cloud.Tests.Listener.Hosting;

public sealed class ConnectionTests
{
    [Fact]
    public Task Bytes_are_answered_before_and_after_tls() =>
        SessionScript.RunAsync(
            """
            C: in clear
            S: in clear
            C: starttls
            S: starttls
            [tls]
            C: in secret
            S: in secret
            """,
            () => TestListener.StartAsync([("echo", new EchoFront(), false)])
        );

    [Fact]
    public async Task Bytes_that_arrive_with_the_close_are_answered()
    {
        await SessionScript.RunAsync(
            """
            C: one
            C: two
            S: one
            S: two
            [eof]
            [close]
            """,
            () => TestListener.StartAsync([("echo", new EchoFront(), false)])
        );
    }

    [Fact]
    public async Task What_arrives_at_once_is_read_at_once_beyond_a_page_of_4_KiB()
    {
        var front = new EchoFront();
        await using var listener = await TestListener.StartAsync([("echo", front, false)]);
        await using var client = await ScriptConnection.OpenAsync(listener.Address());
        var line = new string('x', 15_000);
        await client.SendAsync(Encoding.ASCII.GetBytes($"{line}\r\n"), byteByByte: false);

        Assert.Equal(line, await client.ReadLineAsync());
        Assert.InRange(front.LongestPiece, 4097, 16 * 1024);
    }

    [Fact]
    public async Task A_connection_too_many_is_told_so_and_the_next_one_after_a_leave_is_let_in()
    {
        var limits = Strangers.Limits(Strangers.Judged) with { ConnectionsPerAddress = 1 };
        await using var listener = await TestListener.StartAsync([("echo", new EchoFront(), false)], limits);
        var first = await ScriptConnection.OpenAsync(listener.Address());
        await first.SendAsync("hello\r\n"u8.ToArray(), byteByByte: false);
        Assert.Equal("hello", await first.ReadLineAsync());

        await using (var second = await ScriptConnection.OpenAsync(listener.Address()))
        {
            Assert.Equal("too many", await second.ReadLineAsync());
            Assert.Null(await second.ReadLineAsync());
        }

        first.SendEof();
        Assert.Null(await first.ReadLineAsync());
        await first.DisposeAsync();
        for (var answer = "too many"; answer == "too many"; )
        {
            await using var third = await ScriptConnection.OpenAsync(listener.Address());
            await third.SendAsync("again\r\n"u8.ToArray(), byteByByte: false);
            answer = await third.ReadLineAsync();
            Assert.True(answer is "again" or "too many");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Idle_sessions_are_told_when_the_server_stops(bool implicitTls)
    {
        await using var listener = await TestListener.StartAsync([("echo", new EchoFront(), implicitTls)]);
        await using var client = await ScriptConnection.OpenAsync(listener.Address());
        if (implicitTls)
            await client.StartTlsAsync();
        await client.SendAsync("here\r\n"u8.ToArray(), byteByByte: false);
        Assert.Equal("here", await client.ReadLineAsync());

        var stop = listener.StopAsync();
        Assert.Equal("goodbye", await client.ReadLineAsync());
        Assert.Null(await client.ReadLineAsync());
        await stop;
    }

    [Fact]
    public async Task An_interrupted_read_loses_no_byte_inside_tls()
    {
        var front = new EchoFront();
        await using var listener = await TestListener.StartAsync([("echo", front, true)]);
        await using var client = await ScriptConnection.OpenAsync(listener.Address());
        await client.StartTlsAsync();
        for (var i = 0; i < 200; i++)
        {
            front.Current?.Wake();
            await client.SendAsync("ping\r\n"u8.ToArray(), byteByByte: true);
            Assert.Equal("ping", await client.ReadLineAsync());
        }
    }

    [Fact]
    public async Task A_silent_peer_meets_its_deadline()
    {
        await using var listener = await TestListener.StartAsync([
            ("echo", new EchoFront { Patience = TimeSpan.FromMilliseconds(20) }, false),
        ]);
        await using var client = await ScriptConnection.OpenAsync(listener.Address());
        Assert.Equal("too slow", await client.ReadLineAsync());
        Assert.Null(await client.ReadLineAsync());
    }

    [Fact]
    public async Task A_deadline_that_strikes_when_its_wait_is_over_does_not_end_the_next()
    {
        var clock = new LateClock();
        var peer = new PipedConnection(clock);
        await using var server = peer.Server;
        var first = server.ReadAsync(TimeSpan.FromMinutes(5));
        await peer.Send.WriteAsync("one"u8.ToArray());
        var (result, _) = await first;
        server.Input.AdvanceTo(result.Buffer.End);

        clock.Strike();
        var second = server.ReadAsync(TimeSpan.FromMinutes(5));
        await peer.Send.WriteAsync("two"u8.ToArray());
        var read = await second;
        Assert.Equal(Interruption.None, read.Interruption);
        Assert.Equal("two"u8.ToArray(), read.Result.Buffer.ToArray());
    }

    /// <summary>Its timers strike when a test says so: as a callback does that the pool got round to late.</summary>
    sealed class LateClock : TimeProvider
    {
        public Action Strike { get; private set; } = () => { };

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Strike = () => callback(state);
            return System.CreateTimer(_ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Sends back what it gets; the line "starttls" starts TLS.</summary>
    sealed class EchoFront : IFront
    {
        public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(1);

        public Connection? Current { get; private set; }

        /// <summary>Octets of the longest piece of memory that bytes came in.</summary>
        public int LongestPiece { get; private set; }

        public ReadOnlyMemory<byte> TooManyConnections => "too many\r\n"u8.ToArray();

        public async Task RunAsync(Connection connection)
        {
            Current = connection;
            var heard = new List<byte>();
            while (true)
            {
                var (result, interruption) = await connection.ReadAsync(Patience);
                if (interruption != Interruption.None)
                {
                    if (interruption == Interruption.Wake)
                        continue;
                    connection.Output.Write(interruption == Interruption.Drain ? "goodbye\r\n"u8 : "too slow\r\n"u8);
                    await connection.FlushAsync();
                    return;
                }

                LongestPiece = Math.Max(LongestPiece, result.Buffer.First.Length);
                var text = result.Buffer.ToArray();
                connection.Input.AdvanceTo(result.Buffer.End);
                connection.Output.Write(text);
                await connection.FlushAsync();
                if (result.IsCompleted)
                    return;
                heard.AddRange(text);
                if (heard.ToArray().AsSpan().EndsWith("starttls\r\n"u8))
                {
                    await connection.UpgradeAsync(
                        TestListener.Tls.ServerOptions,
                        TimeSpan.FromSeconds(10),
                        TimeProvider.System
                    );
                }
            }
        }
    }
}
