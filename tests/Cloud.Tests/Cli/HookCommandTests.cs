using System.Net;
using System.Text.Json;
using Cloud.Tests.Flow.Hooks;
using Cloud.Tests.Sessions;

namespace Cloud.Tests.Cli;

/// <summary>A mail by SMTP to `cloud serve`, and an endpoint that is told of it.</summary>
public sealed class HookCommandTests : IDisposable
{
    readonly string data = Directory.CreateTempSubdirectory("cloud-hooks-").FullName;

    public void Dispose() => Directory.Delete(data, recursive: true);

    [Fact]
    public async Task A_mail_that_comes_in_is_posted_signed_and_its_attachment_can_be_fetched()
    {
        await using var receiver = new HookReceiver();
        await using var cloud = await CloudProcess.ServeAsync(data, "--try", "--allow-private-hooks");
        var made = await JsonAsync(
            "hook",
            "add",
            "--url",
            receiver.Url,
            "--event",
            "message.received",
            "--domain",
            "example.test"
        );
        Assert.StartsWith("wh_", made.GetProperty("id").GetString());
        Assert.StartsWith("whsec_", made.GetProperty("secret").GetString());

        await SendAsync(cloud, "alice@example.test");
        var request = await receiver.NextAsync();
        Assert.True(await Verifier.IsSignedAsync(request, made.GetProperty("secret").GetString()!));
        Assert.True(await Verifier.IsSignedByKeyAsync(request, made.GetProperty("publicKey").GetString()!));
        Assert.Equal("message.received", request.Json.GetProperty("type").GetString());
        Assert.Equal("Hello", request.Data.GetProperty("subject").GetString());

        using var http = new HttpClient();
        var attachment = request.Data.GetProperty("attachments")[0];
        using var answer = await http.GetAsync(attachment.GetProperty("url").GetString());
        Assert.Equal("ABC", await answer.Content.ReadAsStringAsync());
        Assert.StartsWith("attachment", answer.Content.Headers.ContentDisposition!.ToString());
        var raw = await http.GetStringAsync(request.Data.GetProperty("raw").GetProperty("url").GetString());
        Assert.Contains("Subject: Hello", raw);
        using var forged = await http.GetAsync($"{attachment.GetProperty("url").GetString()}A");
        Assert.Equal(HttpStatusCode.NotFound, forged.StatusCode);

        var id = made.GetProperty("id").GetString()!;
        var deliveries = await UntilAsync(() => JsonAsync("hook", "deliveries", id), "done");
        Assert.Equal(204, deliveries[0].GetProperty("attempts")[0].GetProperty("status").GetInt32());
        Assert.Equal(1, (await JsonAsync("hook", "replay", id, "--state", "done")).GetProperty("count").GetInt32());
        Assert.Equal(request.Id, (await receiver.NextAsync()).Id);
        await JsonAsync("hook", "test", id);
        Assert.Equal("hook.test", (await receiver.NextAsync()).Json.GetProperty("type").GetString());
    }

    [Fact]
    public async Task A_route_takes_mail_that_nobody_has_a_mailbox_for()
    {
        await using var receiver = new HookReceiver();
        await using var cloud = await CloudProcess.ServeAsync(data, "--try", "--allow-private-hooks");
        await JsonAsync("hook", "add", "--url", receiver.Url, "--event", "message.received");
        await JsonAsync("route", "add", "orders-*@example.test");
        await SendAsync(cloud, "orders-17@example.test");
        Assert.Equal("orders-17@example.test", (await receiver.NextAsync()).Data.GetProperty("address").GetString());
        Assert.Equal(1, (await JsonAsync("route", "list")).GetArrayLength());
        Assert.Equal(0, (await CloudAsync("route", "remove", "orders-*@example.test")).ExitCode);
        Assert.Equal(0, (await JsonAsync("route", "list")).GetArrayLength());
    }

    [Fact]
    public async Task Secrets_pair_and_links_are_changed_for_others()
    {
        await using var receiver = new HookReceiver();
        await using var cloud = await CloudProcess.ServeAsync(data, "--try", "--allow-private-hooks");
        var made = await JsonAsync("hook", "add", "--url", receiver.Url, "--event", "message.received");
        var id = made.GetProperty("id").GetString()!;
        var secret = await JsonAsync("hook", "rotate", id);
        Assert.NotEqual(made.GetProperty("secret").GetString(), secret.GetProperty("secret").GetString());
        Assert.Equal(made.GetProperty("publicKey").GetString(), secret.GetProperty("publicKey").GetString());
        var pair = await JsonAsync("hook", "rotate", id, "--pair");
        Assert.NotEqual(made.GetProperty("publicKey").GetString(), pair.GetProperty("publicKey").GetString());

        await SendAsync(cloud, "alice@example.test");
        var request = await receiver.NextAsync();
        var raw = request.Data.GetProperty("raw").GetProperty("url").GetString();
        using var http = new HttpClient();
        Assert.Contains("Subject: Hello", await http.GetStringAsync(raw));
        Assert.Equal(0, (await CloudAsync("hook", "rotate-links", "--overlap", "1")).ExitCode);
        Assert.Contains("Subject: Hello", await http.GetStringAsync(raw));
        Assert.Equal(0, (await CloudAsync("hook", "rotate-links", "--overlap", "0")).ExitCode);
        using var answer = await http.GetAsync(raw);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task Loopback_is_not_asked_unless_it_is_allowed()
    {
        await using var receiver = new HookReceiver();
        await using var cloud = await CloudProcess.ServeAsync(data, "--try");
        var made = await JsonAsync("hook", "add", "--url", receiver.Url, "--event", "message.received");
        await SendAsync(cloud, "alice@example.test");
        var id = made.GetProperty("id").GetString()!;
        var deliveries = await UntilAsync(() => JsonAsync("hook", "deliveries", id), "waiting");
        Assert.Equal(
            "Only https is sent to",
            deliveries[0].GetProperty("attempts")[0].GetProperty("fault").GetString()
        );
        Assert.Equal(0, receiver.Connections);
        var (code, _, errors) = await CloudAsync(
            "hook",
            "add",
            "--url",
            "ftp://x.test/",
            "--event",
            "message.received"
        );
        Assert.Equal(1, code);
        Assert.Contains("https://", errors);
    }

    Task<(int ExitCode, string Output, string Errors)> CloudAsync(params string[] arguments) =>
        CloudProcess.RunAsync(null, [.. arguments, "--data", data]);

    async Task<JsonElement> JsonAsync(params string[] arguments)
    {
        var (code, output, errors) = await CloudAsync([.. arguments, "--json"]);
        Assert.True(code == 0, errors);
        return JsonDocument.Parse(output).RootElement;
    }

    static async Task<JsonElement> UntilAsync(Func<Task<JsonElement>> readAsync, string state)
    {
        for (var tries = 0; tries < 50; tries++)
        {
            var found = await readAsync(); // each is a process: there is no hurry
            if (found.GetArrayLength() > 0 && found[0].GetProperty("state").GetString() == state)
                return found;
        }
        throw new TimeoutException($"No delivery came to be {state}");
    }

    static async Task SendAsync(CloudProcess cloud, string to)
    {
        await using var client = await ScriptConnection.OpenAsync(cloud.Ports["smtp"]);
        var said =
            $"EHLO a.test\r\nMAIL FROM:<ann@far.test>\r\nRCPT TO:<{to}>\r\nDATA\r\n"
            + "From: ann@far.test\r\nSubject: Hello\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nHello\r\n"
            + "--x\r\nContent-Type: text/plain; name=a.txt\r\nContent-Disposition: attachment\r\n"
            + "Content-Transfer-Encoding: base64\r\n\r\nQUJD\r\n--x--\r\n.\r\nQUIT\r\n";
        await client.SendAsync(System.Text.Encoding.ASCII.GetBytes(said), byteByByte: false);
        var lines = new List<string>();
        while (await client.ReadLineAsync() is { } line)
            lines.Add(line);
        Assert.Contains(lines, line => line.StartsWith("250 2.0.0 ", StringComparison.Ordinal));
    }
}
