using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Cloud.Clients;

/// <summary>A real `cloud serve` on ports of its own, with users alice and bob of example.test.</summary>
public sealed class MailServer : IAsyncDisposable
{
    public const string Alice = "alice@example.test";
    public const string AlicePassword = "correct horse";
    public const string Bob = "bob@example.test";
    public const string BobPassword = "battery staple";

    const int Sigterm = 15;

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    static readonly string[] Ports =
    [
        "smtp",
        "submission",
        "submissions",
        "imap",
        "imaps",
        "pop3",
        "pop3s",
        "http",
        "https",
    ];

    readonly Process process;
    readonly ConcurrentQueue<string> output = new();
    readonly TaskCompletionSource<string> ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    Dictionary<string, int> ports = [];

    MailServer(Process process)
    {
        this.process = process;
        process.OutputDataReceived += (_, line) => Hear(line.Data);
        process.ErrorDataReceived += (_, line) => Hear(line.Data);
    }

    /// <summary>All it has printed so far.</summary>
    public string Output => string.Join('\n', output);

    public int this[string port] => ports[port];

    /// <param name="data">Its folder.</param>
    /// <param name="arguments">More of them, such as `--store azure`.</param>
    public static Task<MailServer> StartAsync(string data, params string[] arguments) =>
        StartAsync(data, arguments, new Dictionary<string, string>());

    /// <param name="variables">Of its environment.</param>
    /// <inheritdoc cref="StartAsync(string, string[])"/>
    public static async Task<MailServer> StartAsync(
        string data,
        string[] arguments,
        IReadOnlyDictionary<string, string> variables
    )
    {
        var cloud = Launch(data, arguments, variables);
        var exit = cloud.process.WaitForExitAsync();
        var first = await Task.WhenAny(cloud.ready.Task, exit, Task.Delay(Patience));
        if (first != cloud.ready.Task)
        {
            await cloud.DisposeAsync();
            throw new InvalidOperationException($"cloud serve did not get ready: {cloud.Output}");
        }

        var pairs = (await cloud.ready.Task).Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1);
        cloud.ports = pairs.ToDictionary(
            pair => pair[..pair.IndexOf('=', StringComparison.Ordinal)],
            pair => int.Parse(pair[(pair.LastIndexOf(':') + 1)..], CultureInfo.InvariantCulture)
        );
        return cloud;
    }

    /// <summary>Starts one that is expected to give up.</summary>
    /// <returns>Its exit code and what it said.</returns>
    public static async Task<(int ExitCode, string Output)> FailAsync(string data, params string[] arguments)
    {
        await using var cloud = Launch(data, arguments, new Dictionary<string, string>());
        await cloud.process.WaitForExitAsync().WaitAsync(Patience);
        return (cloud.process.ExitCode, cloud.Output);
    }

    /// <summary>SIGTERM, as a service manager stops it.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync()
    {
        _ = Kill(process.Id, Sigterm);
        await process.WaitForExitAsync().WaitAsync(Patience);
        return process.ExitCode;
    }

    /// <summary>SIGKILL: it has no time for anything.</summary>
    public async Task CrashAsync()
    {
        process.Kill();
        await process.WaitForExitAsync().WaitAsync(Patience);
    }

    /// <summary>Stops it, so that nothing it started still writes; kills it when it does not stop.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            try
            {
                await StopAsync();
            }
            catch (TimeoutException)
            {
                await CrashAsync();
            }
        }
        process.Dispose();
    }

    static MailServer Launch(string data, string[] arguments, IReadOnlyDictionary<string, string> variables)
    {
        Directory.CreateDirectory(data);
        var users = Path.Combine(data, "users.txt");
        File.WriteAllText(users, $"{Alice}:{AlicePassword}\n{Bob}:{BobPassword}\n");
        var start = new ProcessStartInfo("dotnet")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["CLOUD_FUNCTIONS"] = FunctionsFolder.Path,
                ["CLOUD_AZURITE"] = FunctionsFolder.Azurite,
                // Tests do not wait half a minute for what a killed handler left.
                ["AzureFunctionsJobHost__extensions__queues__visibilityTimeout"] = "00:00:01",
            },
        };
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        string[] command =
        [
            Path.Combine(AppContext.BaseDirectory, "cloud.dll"),
            "serve",
            "--data",
            data,
            "--domain",
            "example.test",
            "--users",
            users,
            .. Ports.SelectMany(port => (string[])[$"--{port}", "127.0.0.1:0"]),
            .. arguments,
        ];
        foreach (var argument in command)
            start.ArgumentList.Add(argument);

        var cloud = new MailServer(new Process { StartInfo = start });
        cloud.process.Start();
        cloud.process.BeginOutputReadLine();
        cloud.process.BeginErrorReadLine();
        return cloud;
    }

    void Hear(string? line)
    {
        if (line is null)
            return;
        output.Enqueue(line);
        if (line.StartsWith("ready ", StringComparison.Ordinal))
            ready.TrySetResult(line);
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int Kill(int process, int signal);
}
