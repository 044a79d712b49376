using System.Diagnostics;
using System.Net;
using System.Text;

namespace Cloud.Tests.Cli;

/// <summary>The real `cloud` as a process of its own, on ports the system chooses. Stopped by its id.</summary>
public sealed class CloudProcess : IAsyncDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    readonly Process process;
    readonly StringBuilder output = new();
    readonly StringBuilder errors = new();

    CloudProcess(Process process)
    {
        this.process = process;
        process.ErrorDataReceived += (_, line) => Append(errors, line.Data);
        process.BeginErrorReadLine();
    }

    public IReadOnlyDictionary<string, IPEndPoint> Ports { get; private set; } = new Dictionary<string, IPEndPoint>();

    public int Id => process.Id;

    /// <summary>Standard output up to the ready line.</summary>
    public string Output => output.ToString();

    public string Errors
    {
        get
        {
            lock (errors)
                return errors.ToString();
        }
    }

    /// <summary>Starts `cloud serve` and waits for its ready line.</summary>
    /// <exception cref="InvalidOperationException">It ended before; the message is what it said.</exception>
    public static async Task<CloudProcess> ServeAsync(string data, params IEnumerable<string> arguments)
    {
        var given = arguments.ToList();
        var ports = Cloud
            .Cli.Serve.Settings.DefaultPorts.Where(port => !given.Contains($"--{port.Name}"))
            .SelectMany(port => new[] { $"--{port.Name}", "127.0.0.1:0" });
        var cloud = Start(["serve", "--data", data, .. ports, .. given]);
        using var patience = new CancellationTokenSource(Patience);
        while (await cloud.process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
        {
            Append(cloud.output, line);
            if (!line.StartsWith("ready ", StringComparison.Ordinal))
                continue;
            cloud.Ports = line[6..]
                .Split(' ')
                .Select(pair => pair.Split('='))
                .ToDictionary(pair => pair[0], pair => IPEndPoint.Parse(pair[1]));
            return cloud;
        }
        await cloud.process.WaitForExitAsync(patience.Token);
        throw new InvalidOperationException($"exit code {cloud.process.ExitCode}: {cloud.Errors}");
    }

    /// <summary>Runs `cloud ARGS` to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(
        string? input,
        params IEnumerable<string> arguments
    )
    {
        await using var cloud = Start([.. arguments]);
        using var patience = new CancellationTokenSource(Patience);
        await cloud.process.StandardInput.WriteAsync(input);
        cloud.process.StandardInput.Close();
        var output = await cloud.process.StandardOutput.ReadToEndAsync(patience.Token);
        await cloud.process.WaitForExitAsync(patience.Token);
        return (cloud.process.ExitCode, output, cloud.Errors);
    }

    /// <summary>SIGKILL: no goodbye, no flush.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, and the exit code once it has ended.</summary>
    public async Task<int> TerminateAsync()
    {
        using (var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]))
            await kill.WaitForExitAsync();
        using var patience = new CancellationTokenSource(Patience);
        await process.WaitForExitAsync(patience.Token);
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            await KillAsync();
        process.Dispose();
    }

    static CloudProcess Start(IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "cloud"), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("CLOUD_")).ToList())
            start.Environment.Remove(name);
        return new CloudProcess(Process.Start(start)!);
    }

    static void Append(StringBuilder text, string? line)
    {
        lock (text)
            text.AppendLine(line);
    }
}
