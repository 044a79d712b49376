using System.Text;
using Cloud.Flow.Door;
using Cloud.Listener.Hosting;
using Cloud.Listener.Smtp;
using Cloud.Store.Ports;
using Cloud.Tests.Sessions;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cloud.Tests.Listener.Smtp;

/// <summary>The three SMTP ports over a gateway of plain data.</summary>
static class SmtpServer
{
    public static readonly SmtpOptions Options = new()
    {
        Hostname = "mx.example.test",
        PostmasterDomain = "example.test",
        MaxMessageSize = 100_000,
        MaxDiscard = 100_000,
    };

    public static Task<TestListener> StartAsync(
        PlainGateway gateway,
        SmtpOptions? options = null,
        bool tls = true,
        MessageDoor? door = null
    )
    {
        var relay = options ?? Options;
        var submission = relay with { Role = SmtpRole.Submission };
        return TestListener.StartAsync(
            [
                ("relay", Front(gateway, relay, tls, door), false),
                ("submission", Front(gateway, submission, tls), false),
                ("submissions", Front(gateway, submission, tls), true),
            ],
            behind: gateway
        );
    }

    /// <summary>Plays a script on a port of a server made for it.</summary>
    public static Task RunAsync(string script, SmtpOptions? options = null, string port = "relay") =>
        SessionScript.RunAsync(script, () => StartAsync(new PlainGateway(), options), port);

    /// <summary>Plays a script with a gateway made for each play, and looks at it afterwards.</summary>
    public static async Task RunAsync(string script, Func<PlainGateway> make, Action<PlainGateway> check)
    {
        var gateways = new List<PlainGateway>();
        await SessionScript.RunAsync(
            script,
            () =>
            {
                gateways.Add(make());
                return StartAsync(gateways[^1]);
            }
        );
        Assert.NotEmpty(gateways);
        gateways.ForEach(check);
    }

    /// <summary>Sends octets to the relay port, closes that half, and reads all lines that come.</summary>
    public static async Task<List<string>> TalkAsync(TestListener listener, params byte[][] parts)
    {
        await using var client = await ScriptConnection.OpenAsync(listener.Address("relay"));
        foreach (var part in parts)
            await client.SendAsync(part, byteByByte: false);
        client.SendEof();
        var lines = new List<string>();
        while (await client.ReadLineAsync() is { } line)
            lines.Add(line);
        return lines;
    }

    public static byte[] Octets(string text) => Encoding.Latin1.GetBytes(text);

    /// <summary>A message as it was sent: what was kept without our trace fields.</summary>
    public static byte[] WithoutTrace(byte[] kept)
    {
        var text = Encoding.Latin1.GetString(kept);
        Assert.StartsWith("Return-Path: <", text);
        var end = text.IndexOf(" +0000\r\n", StringComparison.Ordinal);
        return kept[(end + " +0000\r\n".Length)..];
    }

    public static SmtpFront Front(PlainGateway gateway, SmtpOptions options, bool tls, MessageDoor? door = null) =>
        new(
            options,
            gateway,
            door,
            tls ? TestListener.Tls : null,
            TimeProvider.System,
            Entropy.System,
            NullLoggerFactory.Instance
        );
}
