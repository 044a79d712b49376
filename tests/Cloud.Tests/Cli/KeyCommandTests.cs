using System.Net.Http.Headers;
using System.Text.Json;

namespace Cloud.Tests.Cli;

/// <summary>`cloud key` and `cloud send`, on the data at rest and through the running server: the same answers.</summary>
public sealed class KeyCommandTests : IDisposable
{
    readonly string data = Directory.CreateTempSubdirectory("cloud-keys-").FullName;

    public void Dispose() => Directory.Delete(data, recursive: true);

    async Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] arguments) =>
        await CloudProcess.RunAsync(null, [.. arguments, "--data", data]);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_key_is_made_shown_and_revoked(bool running)
    {
        await RunAsync("domain", "add", "example.test");
        await using var cloud = running ? await CloudProcess.ServeAsync(data) : null;
        var made = await RunAsync("key", "add", "--scope", "admin", "--name", "first", "--json");
        Assert.Equal(0, made.ExitCode);
        var (id, key) = (Member(made.Output, "id"), Member(made.Output, "key"));
        Assert.StartsWith($"ck_{id}_", key);
        if (cloud is not null)
        {
            Assert.Equal(200, await StatusAsync(cloud, key));
            Assert.Equal(401, await StatusAsync(cloud, key + "x"));
        }
        var (_, list, _) = await RunAsync("key", "list");
        Assert.Contains($"{id}  first  admin", list);
        Assert.DoesNotContain(key, list);
        Assert.Equal(0, (await RunAsync("key", "remove", id)).ExitCode);
        Assert.Equal(1, (await RunAsync("key", "remove", id)).ExitCode);
        if (cloud is not null)
            Assert.Equal(401, await StatusAsync(cloud, key));
        var wrong = await RunAsync("key", "add", "--scope", "send", "--for-domain", "elsewhere.test");
        Assert.Equal((1, true), (wrong.ExitCode, wrong.Errors.Contains("elsewhere.test", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_message_is_sent_from_the_command_line(bool running)
    {
        await RunAsync("domain", "add", "example.test");
        await RunAsync("user", "add", "--generate", "ada@example.test");
        await using var cloud = running ? await CloudProcess.ServeAsync(data) : null;
        var sent = await RunAsync([
            "send",
            "--from",
            "ada@example.test",
            "--to",
            "ada@example.test",
            "--subject",
            "hi",
            "--text",
            "there",
        ]);
        Assert.Equal(0, sent.ExitCode);
        Assert.Matches("^[0-9a-f]{27}\n$", sent.Output);
        var refused = await RunAsync([
            "send",
            "--from",
            "eve@elsewhere.test",
            "--to",
            "ada@example.test",
            "--text",
            "there",
        ]);
        Assert.Equal(1, refused.ExitCode);
    }

    static async Task<int> StatusAsync(CloudProcess cloud, string key)
    {
        using var http = new HttpClient { BaseAddress = new($"http://{cloud.Ports["http"]}") };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var answer = await http.GetAsync("/api/v1/domains");
        return (int)answer.StatusCode;
    }

    static string Member(string json, string name) =>
        JsonDocument.Parse(json).RootElement.GetProperty(name).GetString()!;
}
