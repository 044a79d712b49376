using System.Diagnostics;
using System.Net;

namespace Cloud.Bench.Servers;

/// <summary>`cloud serve` as a process of its own on a new data directory. Its 250 means delivered.</summary>
sealed class CloudServer : IMailServer, IRelayServer, IImapServer
{
    readonly Process process;
    readonly string directory;

    CloudServer(Process process, string directory, IReadOnlyDictionary<string, IPEndPoint> ports)
    {
        this.process = process;
        this.directory = directory;
        Ports = ports;
    }

    public string Name { get; private init; } = "Cloud";

    public IReadOnlyDictionary<string, IPEndPoint> Ports { get; }

    public IPEndPoint Smtp => Ports["smtp"];

    public IPEndPoint Submissions => Ports["submissions"];

    public IPEndPoint Imap => Ports["imap"];

    public string ImapLogin => "u0@example.test password-0";

    public string Login => "\0u0@example.test\0password-0";

    public int ProcessId => process.Id;

    public IReadOnlyList<int> Processes => [process.Id];

    public double CpuSeconds => ProcessFigures.CpuSeconds(process.Id);

    public Task DeliveredAsync(int messages) => Task.CompletedTask;

    /// <param name="program">Another `cloud` than the one built with this.</param>
    /// <param name="judges">The name server that it asks about mail from outside, which it judges; null: it does not.</param>
    /// <param name="arguments">More of them.</param>
    public static async Task<CloudServer> StartAsync(
        int users,
        string? program = null,
        IPEndPoint? judges = null,
        IReadOnlyList<string>? arguments = null
    )
    {
        var directory = Directory.CreateTempSubdirectory("cloud-bench-").FullName;
        var file = Path.Combine(directory, "users");
        await File.WriteAllLinesAsync(file, Enumerable.Range(0, users).Select(i => $"u{i}@example.test:password-{i}"));

        var start = new ProcessStartInfo(program ?? Path.Combine(AppContext.BaseDirectory, "cloud"))
        {
            RedirectStandardOutput = true,
        };
        string[] fixedArguments = ["serve", "--data", directory, "--domain", "example.test", "--users", file];
        foreach (var argument in fixedArguments)
            start.ArgumentList.Add(argument);
        start.ArgumentList.Add("--log-level");
        start.ArgumentList.Add("warning");
        foreach (
            var port in new[] { "smtp", "submission", "submissions", "imap", "imaps", "pop3", "pop3s", "http", "https" }
        )
        {
            start.ArgumentList.Add($"--{port}");
            start.ArgumentList.Add("127.0.0.1:0");
        }

        foreach (var argument in (judges is null ? [] : Judging(judges)).Concat(arguments ?? []))
            start.ArgumentList.Add(argument);

        var process = Process.Start(start)!;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (!line.StartsWith("ready ", StringComparison.Ordinal))
                continue;
            var ports = line[6..]
                .Split(' ')
                .Select(pair => pair.Split('='))
                .ToDictionary(p => p[0], p => IPEndPoint.Parse(p[1]));
            return new CloudServer(process, directory, ports)
            {
                Name = (program ?? "Cloud") + (judges is null ? "" : ", judging"),
            };
        }
        throw new InvalidOperationException("cloud serve did not get ready");
    }

    /// <summary>This machine is a stranger like any other, but for how much it may send.</summary>
    static string[] Judging(IPEndPoint nameServer) =>
        [
            "--exempt-networks",
            "off",
            "--resolver",
            $"{nameServer}",
            .. new[]
            {
                "greeting-pause",
                "connection-rate",
                "message-rate",
                "recipient-rate",
                "mailbox-rate",
            }.SelectMany(limit => new[] { $"--{limit}", "0" }),
        ];

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        Directory.Delete(directory, recursive: true);
    }
}
