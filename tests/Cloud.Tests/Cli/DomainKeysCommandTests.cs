using System.Text.RegularExpressions;
using Cloud.Dns.Messages;
using Cloud.Tests.Dns;

namespace Cloud.Tests.Cli;

/// <summary>`cloud domain keys`, on the data at rest and through the running server, and `cloud dns` that prints them.</summary>
public sealed class DomainKeysCommandTests : IDisposable
{
    readonly string data = Directory.CreateTempSubdirectory("cloud-keys-").FullName;

    public void Dispose() => Directory.Delete(data, recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Keys_are_published_and_rotated_once_dns_tells_them(bool running)
    {
        await using var cloud = running ? await CloudProcess.ServeAsync(data) : null;
        await RunAsync("domain", "add", "example.org");
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite,
            File.GetUnixFileMode(Path.Combine(data, "key-encryption-key"))
        );
        var zone = await DkimLinesAsync();
        Assert.Equal(2, zone.Length);

        var (code, made, _) = await RunAsync("domain", "keys", "example.org", "--rotate");
        Assert.Equal(0, code);
        Assert.Matches("^cloud-[a-z2-9]{6} upcoming since ", made);
        var published = await DkimLinesAsync();
        Assert.Equal(4, published.Length);
        Assert.Empty(zone.Except(published));

        await using (var server = ServerOf(zone))
        {
            (code, _, var errors) = await RotateAsync(server);
            Assert.Equal(1, code);
            Assert.Equal(2, Regex.Count(errors, "(?m)^  missing cloud-"));
        }
        await using (var server = ServerOf(published))
        {
            (code, var output, _) = await RotateAsync(server);
            Assert.Equal(0, code);
            Assert.Matches("^cloud-[a-z2-9]{6} signs for example.org now", output);
            Assert.Matches("(?m)^cloud-[a-z2-9]{6} retired since .*, its records may go on", output);
        }
        var (_, list, _) = await RunAsync("domain", "keys", "example.org");
        Assert.Equal(
            ["retired", "active"],
            Regex.Matches(list, "(?m)^cloud-\\S+ (\\S+)").Select(m => m.Groups[1].Value)
        );
        Assert.Equal(published, await DkimLinesAsync());
    }

    [Fact]
    public async Task Only_who_says_so_signs_with_keys_that_nobody_has_seen()
    {
        await RunAsync("domain", "add", "example.org");
        await RunAsync("domain", "keys", "example.org", "--rotate");
        var (code, output, _) = await RunAsync("domain", "keys", "example.org", "--rotate", "--unchecked");
        Assert.Equal(0, code);
        Assert.Contains("signs for example.org now", output);
    }

    [Theory]
    [InlineData(2, "--server", "localhost")]
    [InlineData(1)]
    public async Task What_cannot_be_is_told(int expected, params string[] more)
    {
        await RunAsync("domain", "add", "example.net");
        var (code, output, errors) = await RunAsync(["domain", "keys", "example.org", .. more]);
        Assert.Equal((expected, ""), (code, output));
        Assert.NotEmpty(errors);
    }

    [Fact]
    public async Task Who_does_not_want_keys_gets_none()
    {
        await RunAsync("domain", "add", "example.org");
        var (_, zone, _) = await RunAsync("dns", "example.org", "--zone-file", "--no-keys");
        Assert.Contains("\n; cloud._domainkey.example.org. ", zone);
        Assert.DoesNotContain("\ncloud-", zone);
    }

    [Fact]
    public async Task A_key_encryption_key_that_is_damaged_is_not_replaced()
    {
        await File.WriteAllTextAsync(Path.Combine(data, "key-encryption-key"), "short\n");
        var (code, _, errors) = await RunAsync("domain", "add", "example.org");
        Assert.Equal(1, code);
        Assert.Contains("holds no key-encryption key", errors);
        Assert.Equal("short\n", await File.ReadAllTextAsync(Path.Combine(data, "key-encryption-key")));
    }

    Task<(int, string, string)> RotateAsync(FakeNameServer server) =>
        RunAsync("domain", "keys", "example.org", "--rotate", "--server", $"{server.Address}");

    async Task<string[]> DkimLinesAsync()
    {
        var (code, zone, _) = await RunAsync("dns", "example.org", "--zone-file");
        Assert.Equal(0, code);
        return [.. zone.Split('\n').Where(line => Regex.IsMatch(line, @"^cloud-\S+\._domainkey\.example\.org\. "))];
    }

    static FakeNameServer ServerOf(string[] zone)
    {
        var text = string.Join('\n', zone.Select(line => Regex.Replace(line, @"^(\S+)\. (\d+) IN ", "$1 $2 ")));
        return FakeNameServer.Of(query =>
        {
            var answers = ZoneText.Records(text).Where(record => record.Name == query.Question.Name).ToList();
            return new ResponseWriter
            {
                Code = answers.Count > 0 ? ResponseCode.NoError : ResponseCode.NameError,
                Answers = answers,
            };
        });
    }

    Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] arguments) =>
        CloudProcess.RunAsync(null, [.. arguments, "--data", data]);
}
