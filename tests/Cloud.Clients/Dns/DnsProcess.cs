using System.Collections.Concurrent;
using System.Diagnostics;

namespace Cloud.Clients.Dns;

/// <summary>A name server of somebody else's, in the foreground.</summary>
sealed class DnsProcess : IAsyncDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    readonly Process process;
    readonly ConcurrentQueue<string> output = new();
    readonly TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly string mark;

    DnsProcess(Process process, string mark)
    {
        (this.process, this.mark) = (process, mark);
        process.OutputDataReceived += (_, line) => Hear(line.Data);
        process.ErrorDataReceived += (_, line) => Hear(line.Data);
    }

    /// <summary>Daemons lie where a user's path may not lead.</summary>
    /// <returns>Null when it is not installed.</returns>
    public static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator)
            .Append("/usr/sbin")
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);

    /// <param name="program">To start.</param>
    /// <param name="mark">What it prints once it answers.</param>
    /// <param name="arguments">Of the program.</param>
    public static async Task<DnsProcess> StartAsync(string program, string mark, params string[] arguments)
    {
        var start = new ProcessStartInfo(Find(program)!)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        var server = new DnsProcess(new Process { StartInfo = start }, mark);
        server.process.Start();
        server.process.BeginOutputReadLine();
        server.process.BeginErrorReadLine();
        var first = await Task.WhenAny(server.started.Task, server.process.WaitForExitAsync(), Task.Delay(Patience));
        if (first == server.started.Task)
            return server;
        await server.DisposeAsync();
        throw new InvalidOperationException($"{program} did not start: {string.Join('\n', server.output)}");
    }

    /// <summary>It and its children; it has nothing to lose.</summary>
    public async ValueTask DisposeAsync()
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync().WaitAsync(Patience);
        process.Dispose();
    }

    void Hear(string? line)
    {
        if (line is null)
            return;
        output.Enqueue(line);
        if (line.Contains(mark, StringComparison.Ordinal))
            started.TrySetResult();
    }
}
