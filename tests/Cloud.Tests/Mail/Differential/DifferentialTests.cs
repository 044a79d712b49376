using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace Cloud.Tests.Mail.Differential;

/// <summary>Our reading of generated messages beside that of Python's email package, in both of its policies.</summary>
public sealed class DifferentialTests
{
    /// <summary>Messages compared; CLOUD_DIFFERENTIAL_MESSAGES asks for more, CLOUD_DIFFERENTIAL_SEED for others.</summary>
    static readonly int Count = (int)TestSettings.Number("CLOUD_DIFFERENTIAL_MESSAGES", 2_000);

    static readonly int Seed = (int)TestSettings.Number("CLOUD_DIFFERENTIAL_SEED", 20_241);

    [SkippableFact]
    public async Task Generated_messages_are_read_as_python_reads_them_or_the_reason_is_listed()
    {
        Skip.If(FindPython() is null, "python3 is not on the PATH");
        var generator = new MessageGenerator(Seed);
        var messages = Enumerable.Range(0, Count).Select(_ => generator.Next()).ToList();
        var (version, described) = await DescribeAsync(FindPython()!, messages.ConvertAll(message => message.Octets));
        Skip.IfNot(
            version is >= 310 and <= 312,
            $"The reasons are those of Python 3.10 to 3.12, and this is {version}"
        );
        Assert.Equal(messages.Count, described.Count);

        var unmet = DifferenceReasons.All.ToHashSet();
        var faults = new StringBuilder();
        for (var i = 0; i < messages.Count; i++)
        {
            var ours = MessageDescription.Of(messages[i].Octets);
            foreach (var policy in described[i].RootElement.EnumerateObject())
                Compare(i, messages[i], policy, ours, unmet, faults);
        }

        Assert.True(faults.Length == 0, faults.ToString());
        if (Count >= 2_000)
            Assert.True(unmet.Count == 0, $"Listed and never met: {string.Join("; ", unmet.Select(r => $"{r}"))}");
    }

    static void Compare(
        int number,
        MessageGenerator.Message message,
        JsonProperty policy,
        Dictionary<string, MessageDescription.Item> ours,
        HashSet<DifferenceReasons.Reason> unmet,
        StringBuilder faults
    )
    {
        var theirs = policy.Value.EnumerateObject().ToDictionary(p => p.Name, Text);
        // Where the trees differ, the leaves are not the same ones.
        var sameTree = theirs.GetValueOrDefault("tree") == ours["tree"].Value;
        foreach (var (item, text) in theirs)
        {
            var (value, raw) = ours.GetValueOrDefault(item);
            if (value == text || !sameTree && char.IsAsciiDigit(item[^1]))
                continue;
            var body = ours.GetValueOrDefault($"body {item.Split(' ')[^1]}").Value ?? "";
            var difference = new DifferenceReasons.Difference(
                policy.Name,
                item,
                text,
                value,
                raw ?? "",
                body,
                message.Octets
            );
            if (DifferenceReasons.Explain(difference) is { } reasons)
                unmet.ExceptWith(reasons);
            else
                faults.AppendLine(
                    $"message {number} {policy.Name} {item} [{string.Join(", ", message.Traits)}]\n  they: {text}\n  we:   {value}\n  of:   {raw}"
                );
        }
    }

    static string? Text(JsonProperty item) =>
        item.Value.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.Array => string.Join('\n', item.Value.EnumerateArray().Select(value => value.GetString())),
            _ => item.Value.GetString(),
        };

    static async Task<(int Version, List<JsonDocument>)> DescribeAsync(string python, List<byte[]> messages)
    {
        var start = new ProcessStartInfo(python, [Script()])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            Environment = { ["PYTHONIOENCODING"] = "utf-8" },
        };
        using var process = Process.Start(start)!;
        var feeding = FeedAsync(process.StandardInput.BaseStream, messages);
        var version = int.Parse((await process.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);
        var described = new List<JsonDocument>();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
            described.Add(JsonDocument.Parse(line));
        await feeding;
        await process.WaitForExitAsync();
        return (version, described);
    }

    static async Task FeedAsync(Stream input, List<byte[]> messages)
    {
        await using (input)
        {
            var length = new byte[4];
            foreach (var message in messages)
            {
                BinaryPrimitives.WriteInt32BigEndian(length, message.Length);
                await input.WriteAsync(length);
                await input.WriteAsync(message);
            }
        }
    }

    static string? FindPython() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, "python3"))
            .FirstOrDefault(File.Exists);

    static string Script([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "describe.py");
}
