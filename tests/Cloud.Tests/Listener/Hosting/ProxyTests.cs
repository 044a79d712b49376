using System.Net;
using System.Text;
using Cloud.Listener.Hosting;
using Cloud.Tests.Fakes;
using Cloud.Tests.Listener.Hosting.Abuse;
using Cloud.Tests.Sessions;
using Cloud.Tests.Wire.Proxy;
using Cloud.Wire.Limits;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cloud.Tests.Listener.Hosting;

/// <summary>Behind a proxy that is trusted, a connection is the client's; from anywhere else a header is just bytes.</summary>
public sealed class ProxyTests
{
    static readonly ListenerLimits Behind = Strangers.Limits(Strangers.Judged) with { Proxies = NetworkList.Loopback };

    static readonly byte[] Client = ProxyHeaders.For(IPEndPoint.Parse("198.51.100.7:4711"));

    public static TheoryData<byte[], string> Headers =>
        new()
        {
            { Client, "198.51.100.7" },
            { ProxyHeaders.For(IPEndPoint.Parse("[2001:db8::7]:1")), "2001:db8::7" },
            { "PROXY TCP4 198.51.100.7 192.0.2.25 4711 25\r\n"u8.ToArray(), "198.51.100.7" },
            { "PROXY UNKNOWN\r\n"u8.ToArray(), "255.255.255.255" },
            { ProxyHeaders.Build(ProxyHeaders.Local, 0, []), "127.0.0.1" },
            // A proxy's own loopback is not ours.
            { "PROXY TCP4 127.0.0.1 127.0.0.1 4711 25\r\n"u8.ToArray(), "255.255.255.255" },
        };

    [Theory]
    [MemberData(nameof(Headers))]
    public async Task The_client_is_whom_the_proxy_names(byte[] header, string client)
    {
        foreach (var byteByByte in new[] { false, true })
        {
            await using var listener = await StartAsync(Behind);
            await using var connection = await ScriptConnection.OpenAsync(listener.Address("who"));
            // What the client sent behind it is not lost.
            await connection.SendAsync((byte[])[.. header, .. "hello\r\n"u8], byteByByte);
            Assert.Equal(client, await connection.ReadLineAsync());
            Assert.Equal("hello", await connection.ReadLineAsync());
        }
    }

    [Fact]
    public async Task The_header_comes_before_TLS()
    {
        await using var listener = await StartAsync(Behind);
        await using var connection = await ScriptConnection.OpenAsync(listener.Address("whos"));
        await connection.SendAsync(Client, byteByByte: true);
        await connection.StartTlsAsync();
        Assert.Equal("198.51.100.7", await connection.ReadLineAsync());
    }

    [Fact]
    public async Task Limits_count_the_client_and_not_the_proxy()
    {
        await using var listener = await StartAsync(Behind with { ConnectionsPerAddress = 1 });
        await using var first = await OpenAsync(listener, "198.51.100.7");
        Assert.Equal("198.51.100.7", await first.ReadLineAsync());
        await using var second = await OpenAsync(listener, "198.51.100.8");
        Assert.Equal("198.51.100.8", await second.ReadLineAsync());
        await using var third = await OpenAsync(listener, "198.51.100.7");
        Assert.Equal("too many", await third.ReadLineAsync());
    }

    [Theory]
    [InlineData("EHLO client.example.org\r\n")]
    [InlineData("PROXY TCP4 198.51.100.7\r\n")]
    [InlineData("\r\n\r\nx")]
    public async Task Without_a_sound_header_a_proxy_is_cut_off(string said)
    {
        await using var listener = await StartAsync(Behind);
        await using var connection = await ScriptConnection.OpenAsync(listener.Address("who"));
        await connection.SendAsync(Encoding.ASCII.GetBytes(said), byteByByte: false);
        Assert.Null(await connection.ReadLineAsync());
    }

    [Fact]
    public async Task A_header_that_does_not_come_in_time_is_not_waited_for()
    {
        var clock = new ManualClock();
        var peer = new PipedConnection(clock);
        var intake = new ProxyIntake(NetworkList.Loopback, TimeSpan.FromSeconds(5), clock, NullLogger.Instance);
        var reading = intake.ReadAsync(peer.Server, new IPEndPoint(IPAddress.Loopback, 1), "smtp").AsTask();
        await peer.Send.WriteAsync(Client.AsMemory(0, 10));
        while (!reading.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(1)); // Whatever of the ten octets has been looked at by now.
            await Task.Yield();
        }
        Assert.False(await reading);
    }

    [Fact]
    public Task A_header_from_a_stranger_is_no_command() =>
        SessionScript.RunAsync(
            """
            S: 220 *
            C: PROXY TCP4 198.51.100.7 192.0.2.25 4711 25
            S: 500 5.5.1 Command not recognised
            """,
            () => Strangers.StartAsync(Strangers.Limits(Strangers.Judged)),
            port: "relay"
        );

    static async Task<ScriptConnection> OpenAsync(TestListener listener, string client)
    {
        var connection = await ScriptConnection.OpenAsync(listener.Address("who"));
        await connection.SendAsync(ProxyHeaders.For(new IPEndPoint(IPAddress.Parse(client), 4711)), byteByByte: false);
        return connection;
    }

    static Task<TestListener> StartAsync(ListenerLimits limits) =>
        TestListener.StartAsync([("who", new WhoFront(), false), ("whos", new WhoFront(), true)], limits);

    /// <summary>Tells a peer its address, then echoes.</summary>
    sealed class WhoFront : IFront
    {
        public ReadOnlyMemory<byte> TooManyConnections => "too many\r\n"u8.ToArray();

        public async Task RunAsync(Connection connection)
        {
            await connection.Output.WriteAsync(Encoding.ASCII.GetBytes($"{connection.Remote.Address}\r\n"));
            while (await connection.ReadAsync(TimeSpan.FromMinutes(1)) is { Interruption: Interruption.None } read)
            {
                foreach (var piece in read.Result.Buffer)
                    await connection.Output.WriteAsync(piece);
                connection.Input.AdvanceTo(read.Result.Buffer.End);
                if (read.Result.IsCompleted)
                    return;
            }
        }
    }
}
