using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Cloud.Tests.Sessions;

namespace Cloud.Tests.Cli;

/// <summary>A message goes out of `cloud serve` to another server, and `cloud queue` looks after those that wait.</summary>
public sealed class QueueCommandTests : SendingCommandTests
{
    [Fact]
    public async Task What_a_user_submits_reaches_another_server_signed()
    {
        await using var sink = new SmtpSink();
        await using var names = NameServer();
        await PrepareAsync();
        await using var cloud = await ServeAsync(sink, names);

        var id = await SubmitAsync(cloud, "Hello");

        var message = await sink.ReceivedAsync();
        Assert.StartsWith("MAIL FROM:<ada@example.test>", message);
        Assert.Contains("RCPT TO:<bert@outside.test>", message);
        Assert.Equal(2, Regex.Count(message, "(?m)^DKIM-Signature:"));
        Assert.Matches(@"d=example\.test;", message);
        Assert.Contains("Subject: Hello", message);
        Assert.Contains(id, message);

        for (var tries = 0; tries < 100 && !IsTold(cloud); tries++)
            Assert.DoesNotContain("held", await RunAsync("queue", "list"));
        Assert.True(IsTold(cloud), cloud.Errors);
        Assert.Empty(await IdsAsync());
        var shown = await RunAsync("queue", "show", id);
        Assert.Matches(@"(?m)^recipient +bert@outside\.test\nstate +relayed\nattempts +1$", shown);
        Assert.Matches(@"(?m)^reply +250 .*well$", shown);
        Assert.Matches($@"Sent for 1 recipients at outside\.test, .*{id}", cloud.Errors);
    }

    [Fact]
    public async Task What_goes_to_the_sink_is_recorded_as_sent_and_no_name_is_asked_for()
    {
        await using var names = NameServer();
        await PrepareAsync();
        await using var cloud = await CloudProcess.ServeAsync(
            Data,
            ["--resolver", $"{names.Address}", "--smarthost", "sink"]
        );
        var id = await SubmitAsync(cloud, "Hello");
        var shown = "";
        for (var tries = 0; tries < 100 && !shown.Contains("relayed", StringComparison.Ordinal); tries++)
            shown = await RunAsync("queue", "show", id);
        Assert.Matches(@"(?m)^state +relayed\nattempts +1$", shown);
        Assert.Matches(@"(?m)^reply +250 2\.0\.0 Sink: sent nowhere$", shown);
        Assert.Contains("Hello", shown, StringComparison.Ordinal);
        Assert.Equal(0, names.Unread);
    }

    /// <summary>It has recorded what the sink answered, and said so.</summary>
    static bool IsTold(CloudProcess cloud) => cloud.Errors.Contains("Sent for ", StringComparison.Ordinal);

    [Fact]
    public async Task A_message_that_waits_is_held_released_tried_now_or_cancelled()
    {
        await using var sink = new SmtpSink();
        await using var names = NameServer();
        await PrepareAsync();
        await using var cloud = await ServeAsync(sink, names);
        var later = await SubmitAsync(cloud, "Later", " HOLDFOR=3600");
        var never = await SubmitAsync(cloud, "Never", " HOLDFOR=3600");

        Assert.Equal([later, never], await IdsAsync("--domain", "outside.test", "--sender", "ada@example.test"));
        Assert.Empty(await IdsAsync("--domain", "elsewhere.test"));
        Assert.Matches($@"(?m)^{later}  \S+  waiting  1/1 ", await RunAsync("queue", "list"));

        Assert.Equal("1 recipients changed\n", await RunAsync("queue", "hold", later));
        Assert.Equal([later], await IdsAsync("--state", "held"));
        Assert.Equal("0 recipients changed\n", await RunAsync("queue", "retry", later));
        Assert.Equal("1 recipients changed\n", await RunAsync("queue", "release", later));
        Assert.Equal("1 recipients changed\n", await RunAsync("queue", "cancel", never));
        Assert.Equal([never], await IdsAsync("--state", "done"));
        Assert.Equal(0, sink.Unread);

        Assert.Equal("1 recipients changed\n", await RunAsync("queue", "retry", later));
        Assert.Contains("Subject: Later", await sink.ReceivedAsync());
        Assert.Equal(0, sink.Unread);
        Assert.Matches("(?m)^state +cancelled$", await RunAsync("queue", "show", never));
        Assert.Equal("ID  SINCE  MESSAGE  REASON\n", await RunAsync("queue", "dead"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Addresses_are_put_on_a_list_and_taken_off(bool running)
    {
        await PrepareAsync();
        await using var cloud = running ? await CloudProcess.ServeAsync(Data) : null;
        foreach (var whose in new[] { "example.test", "ada@example.test" })
        {
            await RunAsync("suppression", "add", whose, "bert@outside.test", "--days", "3", "--text", "asked for it");
            using var listed = JsonDocument.Parse(await RunAsync("suppression", "list", whose, "--json"));
            var entry = listed.RootElement.EnumerateArray().Single();
            Assert.Equal("bert@outside.test", entry.GetProperty("address").GetString());
            Assert.Equal("byhand", entry.GetProperty("reason").GetString());
            Assert.Equal(
                TimeSpan.FromDays(3),
                entry.GetProperty("until").GetDateTimeOffset() - entry.GetProperty("since").GetDateTimeOffset()
            );
            await RunAsync("suppression", "remove", whose, "bert@outside.test");
            Assert.Equal("[]", (await RunAsync("suppression", "list", whose, "--json")).Trim());
        }
    }

    [Fact]
    public async Task Mistakes_are_told_in_one_line()
    {
        await PrepareAsync();
        await using var cloud = await CloudProcess.ServeAsync(Data);
        foreach (
            var arguments in new string[][]
            {
                ["queue", "show", "no-id"],
                ["queue", "cancel", "1a2057827315f66d9c09c6f93d2"],
                ["queue", "list", "--domain", "no domain"],
                ["queue", "dead", "replay", "none"],
                ["suppression", "add", "elsewhere.test", "bert@outside.test"],
                ["suppression", "remove", "example.test", "bert@outside.test"],
            }
        )
        {
            var (code, output, errors) = await CloudProcess.RunAsync(null, [.. arguments, "--data", Data]);
            Assert.True(code == 1, $"{string.Join(' ', arguments)}: exit code {code}, {errors}");
            Assert.Empty(output);
            Assert.Single(errors.Trim().Split('\n'));
        }
    }

    /// <returns>The message's id, as the 250 tells it.</returns>
    static async Task<string> SubmitAsync(CloudProcess cloud, string subject, string parameters = "")
    {
        await using var client = await ScriptConnection.OpenAsync(cloud.Ports["submissions"]);
        await client.StartTlsAsync();
        var token = Convert.ToBase64String(Encoding.ASCII.GetBytes($"\0ada@example.test\0{Password}"));
        await client.ReadLineAsync();
        var replies = await TalkAsync(
            client,
            "EHLO client.test",
            $"AUTH PLAIN {token}",
            $"MAIL FROM:<ada@example.test>{parameters}",
            "RCPT TO:<bert@outside.test>",
            "DATA",
            $"From: ada@example.test\r\nTo: bert@outside.test\r\nSubject: {subject}\r\n\r\nWell.\r\n."
        );
        Assert.All(replies, reply => Assert.Matches("^[23]", reply));
        return Regex.Match(replies[^1], "[0-9a-f]{27}").Value;
    }

    async Task<IEnumerable<string>> IdsAsync(params string[] options)
    {
        using var list = JsonDocument.Parse(await RunAsync(["queue", "list", "--json", .. options]));
        return [.. list.RootElement.EnumerateArray().Select(message => message.GetProperty("id").GetString()!)];
    }
}
