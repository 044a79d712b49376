using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Cloud.Clients.Peers;

namespace Cloud.Clients;

/// <summary>Mail moves here from Debian's Dovecot, and out again, octet for octet, whatever comes in between.</summary>
public sealed class ImportTests : ClientTests
{
    const int Many = 10_000;
    const int InFolder = 300;

    static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    [SkippableFact]
    public async Task Ten_thousand_messages_come_over_from_dovecot_byte_for_byte_though_the_import_is_killed()
    {
        // Its own folder, which Dovecot's user may enter.
        var root = Directory.CreateTempSubdirectory("cloud-dovecot-").FullName;
        try
        {
            await MoveAsync(root);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    async Task MoveAsync(string root)
    {
        await Dovecot.FillAsync(root, "old", "", Enumerable.Range(0, Many).Select(Message));
        await Dovecot.FillAsync(root, "old", ".Arbeit.&AMQ-rger", Enumerable.Range(Many, InFolder).Select(Message));
        await Dovecot.FillAsync(root, "old", ".Gesendet", Enumerable.Range(Many + InFolder, 5).Select(Message));
        await using var dovecot = await Dovecot.StartAsync(root);
        string[] import =
        [
            "import",
            "imap",
            MailServer.Alice,
            $"127.0.0.1:{dovecot.Port}",
            "--user",
            "old",
            "--security",
            "none",
        ];

        // Killed twice on its way, once with the server.
        foreach (var reached in new[] { Many / 10, Many / 2 })
        {
            using var running = Start(import, "any");
            var waited = Stopwatch.StartNew();
            while (await MessagesAsync() < reached && waited.Elapsed < Patience)
            {
                Assert.False(running.HasExited, running.HasExited ? await running.StandardError.ReadToEndAsync() : "");
                await Task.Delay(TimeSpan.FromMilliseconds(200));
            }
            running.Kill(entireProcessTree: true);
            await running.WaitForExitAsync();
            Assert.InRange(await MessagesAsync(), reached, Many + InFolder + 4);
        }
        await Cloud.CrashAsync();
        await StartAsync();

        var last = JsonDocument.Parse(await RunAsync([.. import, "--json"], "any")).RootElement;
        Assert.Equal(
            Many + InFolder + 5,
            last.GetProperty("brought").GetInt64() + last.GetProperty("known").GetInt64()
        );
        Assert.True(last.GetProperty("known").GetInt64() >= Many / 2);
        var again = JsonDocument.Parse(await RunAsync([.. import, "--json"], "any")).RootElement;
        Assert.Equal(0, again.GetProperty("brought").GetInt64());

        var manifest = await ExportAsync(MailServer.Alice, At("export"));
        Assert.Equal(Hashes(Enumerable.Range(0, Many)), HashesIn(manifest, "INBOX"));
        Assert.Equal(Hashes(Enumerable.Range(Many, InFolder)), HashesIn(manifest, "Arbeit/Ärger"));
        Assert.Equal(Hashes(Enumerable.Range(Many + InFolder, 5)), HashesIn(manifest, "Sent"));
        var firsts = manifest.Where(line => line.TryGetProperty("file", out _)).Take(3).ToList();
        Assert.Equal(
            DateTimeOffset.FromUnixTimeSeconds(1_700_000_001),
            firsts[0].GetProperty("received").GetDateTimeOffset()
        );
        Assert.Equal(
            [
                [],
                ["\\Seen"],
                ["\\Answered", "\\Flagged", "\\Seen"],
            ],
            firsts.Select(FlagsOf)
        );

        await RunAsync(["export", "verify", At("export")]);
        await RunAsync(["export", "restore", MailServer.Bob, At("export")]);
        var restored = await ExportAsync(MailServer.Bob, At("restored"));
        foreach (var mailbox in new[] { "INBOX", "Arbeit/Ärger", "Sent" })
            Assert.Equal(HashesIn(manifest, mailbox), HashesIn(restored, mailbox));
        await RunAsync(["check", "store", "--hashes", "--data", Data]);
    }

    /// <summary>Some lines, and among them what archives stumble over.</summary>
    static byte[] Message(int number)
    {
        var body = (number % 7) switch
        {
            0 => "From here on\r\n>From there\r\n",
            1 => "no line end",
            2 => "Status: none\r\n\r\n\r\n",
            3 => string.Concat(Enumerable.Range(0, number % 400).Select(line => $"line {line} of {number}\r\n")),
            _ => "text\r\n",
        };
        var header = string.Create(
            CultureInfo.InvariantCulture,
            $"From: a{number}@old.test\r\nMessage-ID: <{number}@old.test>\r\n{(number % 11 == 0 ? "Status: RO\r\n" : "")}\r\n"
        );
        return Encoding.UTF8.GetBytes(header + body);
    }

    static List<string> FlagsOf(JsonElement line) =>
        [.. line.GetProperty("flags").EnumerateArray().Select(one => one.GetString()!).Order(StringComparer.Ordinal)];

    static List<string> Hashes(IEnumerable<int> numbers) =>
        [.. numbers.Select(number => Convert.ToHexStringLower(SHA256.HashData(Message(number))))];

    static List<string> HashesIn(IReadOnlyList<JsonElement> manifest, string mailbox) =>
        [
            .. manifest
                .Where(line => line.TryGetProperty("file", out _) && line.GetProperty("mailbox").GetString() == mailbox)
                .Select(line => line.GetProperty("sha256").GetString()!),
        ];

    async Task<IReadOnlyList<JsonElement>> ExportAsync(string user, string directory)
    {
        await RunAsync(["export", user, directory]);
        var lines = await File.ReadAllLinesAsync(Path.Combine(directory, "manifest.jsonl"));
        return [.. lines.Select(line => JsonDocument.Parse(line).RootElement)];
    }

    async Task<long> MessagesAsync() =>
        JsonDocument.Parse(await RunAsync(["stats", "--json"])).RootElement.GetProperty("messages").GetInt64();

    async Task<string> RunAsync(string[] arguments, string input = "")
    {
        using var process = Start(arguments, input);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WaitAsync(Patience);
        Assert.True(process.ExitCode == 0, $"{string.Join(' ', arguments)}: {await errors}{await output}");
        return await output;
    }

    Process Start(string[] arguments, string input)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "cloud.dll"));
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        if (arguments is not ["export", "verify", ..] && !arguments.Contains("--data"))
        {
            start.ArgumentList.Add("--data");
            start.ArgumentList.Add(Data);
        }
        var process = Process.Start(start)!;
        process.StandardInput.WriteLine(input);
        process.StandardInput.Close();
        return process;
    }
}
