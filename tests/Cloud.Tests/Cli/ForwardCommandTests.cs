using System.Net;
using System.Text.RegularExpressions;
using Cloud.Tests.Sessions;

namespace Cloud.Tests.Cli;

/// <summary>Mail comes to `cloud serve` and goes on to another server; what that one reports goes back to the sender.</summary>
public sealed class ForwardCommandTests : SendingCommandTests
{
    [Fact]
    public async Task Mail_for_an_alias_reaches_another_server_and_its_report_the_sender()
    {
        await using var sink = new SmtpSink();
        await using var names = NameServer();
        await PrepareAsync();
        await RunAsync("alias", "add", "sales@example.test", "you@outside.test", "ada@example.test");
        await using var cloud = await ServeAsync(sink, names);
        var smtp = cloud.Ports["smtp"];

        await SendAsync(smtp, "ann@far.test", "sales@example.test", "Subject: Hello\r\n\r\nWell.");
        var message = await sink.ReceivedAsync();
        var path = Regex.Match(message, @"^MAIL FROM:<(SRS0=\S{8}=\S\S=far\.test=ann@example\.test)>").Groups[1].Value;
        Assert.NotEmpty(path);
        Assert.Contains("RCPT TO:<you@outside.test>", message);
        Assert.Contains("Delivered-To: sales@example.test", message);
        Assert.DoesNotContain("Return-Path:", message);
        Assert.Contains("Subject: Hello", message);

        await SendAsync(smtp, "", path.ToLowerInvariant(), "Subject: Undelivered\r\n\r\nSorry.");
        var report = await sink.ReceivedAsync();
        Assert.StartsWith("MAIL FROM:<>", report);
        Assert.Contains("RCPT TO:<ann@far.test>", report);
        Assert.Contains("Subject: Undelivered", report);

        Assert.StartsWith("550 5.1.1", await RefusedAsync(smtp, "", path.Replace("=ann@", "=eve@")));
        Assert.StartsWith("550 5.7.1", await RefusedAsync(smtp, "eve@far.test", path));
        Assert.StartsWith("550 5.7.1", await RefusedAsync(smtp, "ann@far.test", "you@outside.test"));
        Assert.Equal(0, sink.Unread);
    }

    static async Task SendAsync(IPEndPoint smtp, string from, string to, string text)
    {
        var replies = await TalkAsync(smtp, from, to, "DATA", $"From: somebody@far.test\r\n{text}\r\n.");
        Assert.All(replies, reply => Assert.Matches("^[23]", reply));
    }

    static async Task<string> RefusedAsync(IPEndPoint smtp, string from, string to) =>
        (await TalkAsync(smtp, from, to))[^1];

    static async Task<List<string>> TalkAsync(IPEndPoint smtp, string from, string to, params string[] more)
    {
        await using var client = await ScriptConnection.OpenAsync(smtp);
        await client.ReadLineAsync();
        return await TalkAsync(client, ["EHLO mx.far.test", $"MAIL FROM:<{from}>", $"RCPT TO:<{to}>", .. more]);
    }
}
