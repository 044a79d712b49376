using Cloud.Flow.Door;
using Cloud.Listener.Smtp;
using Cloud.Store.Ports;
using Cloud.Tests.Dns;
using Cloud.Tests.Sessions;
using Cloud.Wire.Limits;
using Xunit.Abstractions;

namespace Cloud.Tests.Listener.Smtp;

/// <summary>Alone in the process, since it counts what the whole process holds.</summary>
[Collection(nameof(MemoryTests))]
[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
public sealed class MemoryTests(ITestOutputHelper output)
{
    const int Size = 48 * 1024 * 1024;

    static readonly SmtpOptions Options = new() { Hostname = "mx.example.test" };

    const string Head = "From: x@a.test\r\nSubject: a message\r\n\r\n";

    static readonly byte[] Block = Lines();

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task A_big_message_is_never_held(bool chunked, bool judged)
    {
        var gateway = new PlainGateway { KeepBytes = false };
        await using var listener = await SmtpServer.StartAsync(gateway, Options, door: judged ? Door : null);
        var small = await SendAsync(listener, 1024 * 1024, chunked);
        var big = await SendAsync(listener, Size, chunked);

        Assert.Equal(2, gateway.Kept.Count);
        // Client and server together, with what their pools have grown by; held once it would be 48 MiB.
        Assert.InRange(big - small, long.MinValue, 2 * 1024 * 1024);
    }

    [Fact]
    public async Task Each_session_holds_no_more_of_a_judged_message_than_its_start()
    {
        var plain = await HeldByEachAsync(door: null);
        var judged = await HeldByEachAsync(Door);
        output.WriteLine($"{plain} octets for each session, {judged} while it is judged");
        Assert.InRange(judged - plain, 32 * 1024, 96 * 1024);
    }

    /// <returns>Octets in use for each of many sessions, both ends, whose messages are half here.</returns>
    static async Task<long> HeldByEachAsync(MessageDoor? door)
    {
        const int sessions = 100;
        // Less a line for each, which may be held back until it is whole.
        var gateway = new PlainGateway { KeepBytes = false, Awaited = sessions * (4L * Block.Length - 1024) };
        await using var listener = await SmtpServer.StartAsync(gateway, Options, door: door);
        var clients = new List<ScriptConnection>();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < sessions; i++)
        {
            clients.Add(await ScriptConnection.OpenAsync(listener.Address("relay")));
            await BeginAsync(clients[^1], $"BDAT {8 * Block.Length} LAST\r\n{Head}");
            for (var part = 0; part < 4; part++)
                await clients[^1].SendAsync(Block, byteByByte: false);
            for (var line = 0; line < 4; line++)
                Assert.Matches("^2", await clients[^1].ReadLineAsync());
        }
        await gateway.HasTaken.WaitAsync(TimeSpan.FromMinutes(1));
        var held = GC.GetTotalMemory(forceFullCollection: true) - before;
        foreach (var client in clients)
            await client.DisposeAsync();
        return held / sessions;
    }

    static MessageDoor Door =>
        new(
            new() { Hostname = "mx.example.test", Trusted = NetworkList.Empty },
            new ZoneResolver(),
            TimeProvider.System,
            Entropy.System
        );

    static byte[] Lines()
    {
        var block = new byte[64 * 1024];
        block.AsSpan().Fill((byte)'x');
        for (var i = 78; i + 1 < block.Length; i += 80)
            "\r\n"u8.CopyTo(block.AsSpan(i));
        block[^1] = (byte)'x';
        return block;
    }

    static Task BeginAsync(ScriptConnection client, string data) =>
        client.SendAsync(
            SmtpServer.Octets($"HELO a\r\nMAIL FROM:<>\r\nRCPT TO:<alice@example.test>\r\n{data}"),
            byteByByte: false
        );

    /// <returns>Octets in use when all but the last of the message was sent.</returns>
    static async Task<long> SendAsync(TestListener listener, int size, bool chunked)
    {
        await using var client = await ScriptConnection.OpenAsync(listener.Address("relay"));
        await BeginAsync(client, $"{(chunked ? $"BDAT {Head.Length + size} LAST" : "DATA")}\r\n{Head}");
        for (var sent = Block.Length; sent < size; sent += Block.Length)
            await client.SendAsync(Block, byteByByte: false);
        var held = GC.GetTotalMemory(forceFullCollection: true);
        await client.SendAsync(Block, byteByByte: false);
        if (!chunked)
            await client.SendAsync("\r\n.\r\n"u8.ToArray(), byteByByte: false);
        await client.SendAsync("QUIT\r\n"u8.ToArray(), byteByByte: false);
        var last = "";
        for (var line = ""; line is not null; line = await client.ReadLineAsync())
            last = line;
        Assert.StartsWith("221 ", last);
        return held;
    }
}
