using Cloud.Listener.Hosting;
using Cloud.Listener.Pop3;
using Cloud.Tests.Listener.Hosting.Abuse;
using Cloud.Tests.Sessions;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cloud.Tests.Listener.Pop3;

public sealed class PortTests
{
    [Fact]
    public async Task The_port_with_tls_from_the_first_byte_takes_passwords_and_offers_no_stls()
    {
        var options = new Pop3Options { AllowPlainTextOnLoopback = false };
        await using var listener = await Pop3Server.StartAsync(new FakeMail(), options);
        await using var client = await ScriptConnection.OpenAsync(listener.Address("pop3s"));
        await client.StartTlsAsync();
        await client.SendAsync(
            "CAPA\r\nUSER alice@example.test\r\nPASS open sesame\r\n"u8.ToArray(),
            byteByByte: false
        );
        Assert.StartsWith("+OK", await client.ReadLineAsync(), StringComparison.Ordinal);
        var capabilities = new List<string?>();
        do capabilities.Add(await client.ReadLineAsync());
        while (capabilities[^1] is not (null or "."));
        Assert.Contains("USER", capabilities);
        Assert.DoesNotContain("STLS", capabilities);
        Assert.StartsWith("+OK", await client.ReadLineAsync(), StringComparison.Ordinal);
        Assert.Equal("+OK 0 messages", await client.ReadLineAsync());
    }

    [Fact]
    public async Task Where_there_is_no_certificate_stls_is_not_offered()
    {
        var front = new Pop3Front(new(), new FakeMail(), null, TimeProvider.System, NullLoggerFactory.Instance);
        await SessionScript.RunAsync(
            """
            S: +OK *
            C: STLS
            S: -ERR TLS is not offered
            """,
            () => TestListener.StartAsync([("pop3", front, false)])
        );
    }

    [Fact]
    public async Task One_connection_too_many_is_told_to_come_back()
    {
        var front = new Pop3Front(new(), new FakeMail(), null, TimeProvider.System, NullLoggerFactory.Instance);
        var limits = Strangers.Limits(Strangers.Judged) with { ConnectionsPerAddress = 1 };
        await using var listener = await TestListener.StartAsync([("pop3", front, false)], limits);
        await using var first = await ScriptConnection.OpenAsync(listener.Address());
        Assert.StartsWith("+OK", await first.ReadLineAsync(), StringComparison.Ordinal);
        await using var second = await ScriptConnection.OpenAsync(listener.Address());
        Assert.Equal("-ERR [SYS/TEMP] Too many connections, try again later", await second.ReadLineAsync());
        Assert.Null(await second.ReadLineAsync());
    }
}
