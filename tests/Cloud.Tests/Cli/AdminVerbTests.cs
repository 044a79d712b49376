using System.Text.Json;
using Cloud.Dns.Messages;
using Cloud.Tests.Dns;

namespace Cloud.Tests.Cli;

/// <summary>The verbs of docs/administration.md, with the server stopped and running.</summary>
public sealed class AdminVerbTests : IDisposable
{
    readonly string data = Directory.CreateTempSubdirectory("cloud-verbs-").FullName;
    readonly string files = Directory.CreateTempSubdirectory("cloud-files-").FullName;

    public void Dispose()
    {
        Directory.Delete(data, recursive: true);
        Directory.Delete(files, recursive: true);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_user_is_suspended_bounded_given_passwords_deleted_and_brought_back(bool running)
    {
        await PrepareAsync();
        await using var cloud = running ? await CloudProcess.ServeAsync(data) : null;
        var password = await RunAsync("user", "app-password", "add", "ada@example.test", "phone");
        Assert.Matches("^([a-z2-9]{4}-){4}[a-z2-9]{4}\n$", password);
        Assert.Matches(
            "(?m)^ID +NAME +CREATED +LAST USED\n[a-z2-9]{8}  phone",
            await RunAsync("user", "app-password", "list", "ada@example.test")
        );
        await RunAsync("user", "suspend", "ada@example.test");
        Assert.Equal("ada@example.test\t0\t0\tsuspended\n", await RunAsync("user", "list"));
        await RunAsync("user", "resume", "ada@example.test");
        await RunAsync("user", "quota", "ada@example.test", "10G");
        using var listed = JsonDocument.Parse(await RunAsync("user", "list", "--json"));
        var user = Assert.Single(listed.RootElement.EnumerateArray());
        Assert.Equal(
            (10L << 30, 1),
            (user.GetProperty("quota").GetInt64(), user.GetProperty("appPasswords").GetInt32())
        );
        Assert.StartsWith(
            "ada@example.test is deleted; all mail is kept until ",
            await RunAsync("user", "remove", "ada@example.test", "--yes")
        );
        Assert.Contains("\tdeleted, kept until ", await RunAsync("user", "list"));
        await RunAsync("user", "restore", "ada@example.test");
        await RunAsync("user", "remove", "ada@example.test", "--yes", "--now");
        Assert.Empty(await RunAsync("user", "list"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_shared_mailbox_is_made_and_granted(bool running)
    {
        await PrepareAsync();
        await using var cloud = running ? await CloudProcess.ServeAsync(data) : null;
        await RunAsync("user", "add", "team@example.test", "--shared");
        Assert.Contains("team@example.test\t0\t0\tshared\n", await RunAsync("user", "list"));
        await RunAsync("acl", "set", "team@example.test", "INBOX", "anyone", "lr");
        Assert.Equal(
            "anyone\tlr\nada@example.test\tlrk\n",
            await RunAsync("acl", "set", "team@example.test", "INBOX", "ada@example.test", "lrk")
        );
        await RunAsync("acl", "remove", "team@example.test", "INBOX", "anyone");
        Assert.Equal("ada@example.test\tlrk\n", await RunAsync("acl", "list", "team@example.test", "INBOX"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Mail_is_imported_traced_counted_checked_exported_and_restored(bool running)
    {
        await PrepareAsync();
        await RunAsync("user", "add", "bob@example.test", "--generate");
        await using var cloud = running ? await CloudProcess.ServeAsync(data) : null;
        var mbox = Path.Combine(files, "old.mbox");
        await File.WriteAllTextAsync(
            mbox,
            "From a@b.test Thu Jan  1 00:00:00 2026\nMessage-ID: <1@b.test>\nFrom: a@b.test\n\ntext\n"
        );
        Assert.Equal(
            "1 messages brought, 44 octets, into 1 mailboxes\n",
            await RunAsync("import", "mbox", "ada@example.test", mbox)
        );
        Assert.Contains("; 1 had been brought before\n", await RunAsync("import", "mbox", "ada@example.test", mbox));

        var trace = await RunAsync("trace", "<1@b.test>");
        Assert.Matches("(?m)^message-id  1@b.test$", trace);
        Assert.Matches("(?m)  filed +ada@example.test  filed in INBOX \\(UID 1\\)$", trace);
        Assert.Contains("a@b.test", await RunAsync("trace", "ada@example.test"));
        Assert.Matches("(?m)^messages +1$", await RunAsync("stats"));
        Assert.Equal("2 users, 1 messages, 44 octets, 0 findings\n", await RunAsync("check", "store", "--hashes"));
        await RunAsync("route", "add", "in@example.test");
        Assert.Equal("2 users, 1 routes, 1 messages, 44 octets, 0 findings\n", await RunAsync("check", "store"));
        Assert.Matches("(?m)^users +2$", await RunAsync("stats"));

        var export = Path.Combine(files, "export");
        await RunAsync("export", "ada@example.test", export, "--format", "mbox");
        var (code, verified, _) = await CloudProcess.RunAsync(null, ["export", "verify", export]);
        Assert.Equal((0, "1 messages, 44 octets, 0 faults\n"), (code, verified));
        Assert.StartsWith("1 messages brought", await RunAsync("export", "restore", "bob@example.test", export));
        Assert.Contains("bob@example.test\t1\t44\n", await RunAsync("user", "list"));
        var written = Path.Combine(export, "mbox", "INBOX.mbox");
        File.WriteAllText(written, File.ReadAllText(written).Replace("text", "next", StringComparison.Ordinal));
        var damaged = await CloudProcess.RunAsync(
            null,
            ["export", "restore", "ada@example.test", export, "--data", data]
        );
        Assert.Equal(1, damaged.ExitCode);
        Assert.StartsWith("0 messages brought", damaged.Output);
        Assert.StartsWith("INBOX: mbox/INBOX.mbox at 0: It is not what it was", damaged.Errors);
        File.AppendAllText(Path.Combine(export, "manifest.jsonl"), "{}\n");
        Assert.Equal(1, (await CloudProcess.RunAsync(null, ["export", "verify", export])).ExitCode);
    }

    [Fact]
    public async Task Mistakes_are_told_in_one_line_with_exit_code_1()
    {
        await PrepareAsync();
        await using var cloud = await CloudProcess.ServeAsync(data);
        foreach (
            var arguments in new string[][]
            {
                ["trace", "1a2057827315f66d9c09c6f93d2"],
                ["trace", "nobody@else.test"],
                ["user", "suspend", "nobody@example.test"],
                ["user", "restore", "ada@example.test"],
                ["user", "quota", "ada@example.test", "much"],
                ["user", "app-password", "revoke", "ada@example.test", "none"],
                ["import", "mbox", "ada@example.test", "none.mbox"],
                ["import", "maildir", "ada@example.test", files],
                ["export", "ada@example.test", data],
                ["export", "restore", "ada@example.test", files],
                ["check", "store", "nobody@example.test"],
                ["domain", "verify", "else.test"],
            }
        )
        {
            var (code, output, errors) = await CloudProcess.RunAsync(null, [.. arguments, "--data", data]);
            Assert.True(code == 1, $"{string.Join(' ', arguments)}: exit code {code}, {output} {errors}");
            Assert.Empty(output);
            Assert.Single(errors.Trim().Split('\n'));
        }
    }

    [Fact]
    public async Task A_domain_is_its_owner_s_once_the_record_says_so()
    {
        await PrepareAsync();
        var (code, output, _) = await VerifyAsync(null);
        Assert.Equal(1, code);
        var text = System
            .Text.RegularExpressions.Regex.Match(output, "\"(cloud-verification=[0-9a-f]{32})\"")
            .Groups[1]
            .Value;
        Assert.StartsWith("Publish _cloud-verification.example.test TXT ", output);
        Assert.Equal(1, (await VerifyAsync("cloud-verification=0")).ExitCode);
        Assert.Equal(
            (0, "_cloud-verification.example.test says what it should\n"),
            ((await VerifyAsync(text)).ExitCode, (await VerifyAsync(text)).Output)
        );
    }

    async Task<(int ExitCode, string Output, string Errors)> VerifyAsync(string? published)
    {
        var records = ZoneText.Records($"_cloud-verification.example.test 300 TXT \"{published}\"").ToList();
        await using var names = FakeNameServer.Of(query => new ResponseWriter
        {
            Code = published is null ? ResponseCode.NameError : ResponseCode.NoError,
            Answers = published is null ? [] : [.. records.Where(record => record.Name == query.Question.Name)],
        });
        return await CloudProcess.RunAsync(
            null,
            ["domain", "verify", "example.test", "--server", $"{names.Address}", "--data", data]
        );
    }

    [Fact]
    public async Task Shells_are_told_what_may_follow()
    {
        foreach (var shell in new[] { "bash", "zsh", "fish" })
            Assert.Contains("[suggest:", (await CloudProcess.RunAsync(null, ["completion", shell])).Output);
        var (_, verbs, _) = await CloudProcess.RunAsync(null, ["[suggest:9]", "cloud use"]);
        Assert.Equal("user\n", verbs);
        var (_, more, _) = await CloudProcess.RunAsync(null, ["[suggest:14]", "cloud user res"]);
        Assert.Equal(
            ["restore", "resume"],
            more.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)
        );
    }

    async Task PrepareAsync()
    {
        await RunAsync("domain", "add", "example.test");
        await CloudProcess.RunAsync("a good secret\n", ["user", "add", "ada@example.test", "--data", data]);
    }

    async Task<string> RunAsync(params string[] arguments)
    {
        var (code, output, errors) = await CloudProcess.RunAsync(null, [.. arguments, "--data", data]);
        Assert.True(code == 0, $"{string.Join(' ', arguments)}: {errors}{output}");
        return output;
    }
}
