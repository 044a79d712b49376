using Cloud.Listener.Smtp;
using Cloud.Tests.Sessions;

namespace Cloud.Tests.Listener.Smtp;

/// <summary>Alone in the process, since it counts what the whole process holds.</summary>
[Collection(nameof(MemoryTests))]
[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
public sealed class MemoryTests
{
    const int Size = 48 * 1024 * 1024;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_big_message_is_never_held(bool chunked)
    {
        var gateway = new PlainGateway { KeepBytes = false };
        var options = new SmtpOptions { Hostname = "mx.example.test" };
        await using var listener = await SmtpServer.StartAsync(gateway, options);
        var small = await SendAsync(listener, 1024 * 1024, chunked);
        var big = await SendAsync(listener, Size, chunked);

        Assert.Equal(2, gateway.Kept.Count);
        // Client and server together, with what their pools have grown by; held once it would be 48 MiB.
        Assert.InRange(big - small, long.MinValue, 2 * 1024 * 1024);
    }

    /// <returns>Octets in use when all but the last of the message was sent.</returns>
    static async Task<long> SendAsync(TestListener listener, int size, bool chunked)
    {
        await using var client = await ScriptConnection.OpenAsync(listener.Address("relay"));
        await client.SendAsync(
            SmtpServer.Octets(
                "HELO a\r\nMAIL FROM:<>\r\nRCPT TO:<alice@example.test>\r\n"
                    + (chunked ? $"BDAT {size} LAST\r\n" : "DATA\r\n")
            ),
            byteByByte: false
        );
        var block = new byte[64 * 1024];
        block.AsSpan().Fill((byte)'x');
        for (var i = 78; i + 1 < block.Length; i += 80)
            "\r\n"u8.CopyTo(block.AsSpan(i));
        block[^1] = (byte)'x';
        for (var sent = block.Length; sent < size; sent += block.Length)
            await client.SendAsync(block, byteByByte: false);
        var held = GC.GetTotalMemory(forceFullCollection: true);
        await client.SendAsync(block, byteByByte: false);
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
