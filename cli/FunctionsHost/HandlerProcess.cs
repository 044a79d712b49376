using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Cloud.Cli.FunctionsHost;

/// <summary>One life of the handler: started, asked until it answers, killed.</summary>
sealed class HandlerProcess : IAsyncDisposable
{
    /// <summary>The host's pauses between its questions.</summary>
    static readonly TimeSpan AskEvery = TimeSpan.FromMilliseconds(25);

    /// <summary>How long the host waits for the end of a process it has killed.</summary>
    static readonly TimeSpan KillPatience = TimeSpan.FromSeconds(1);

    readonly Process process;
    readonly TimeProvider time;

    HandlerProcess(Process process, int port, TimeProvider time)
    {
        (this.process, this.time) = (process, time);
        Address = new Uri($"http://127.0.0.1:{port}");
        Exited = ExitAsync();
    }

    public Uri Address { get; }

    public int Id => process.Id;

    /// <summary>Its exit code, when it has ended.</summary>
    public Task<int> Exited { get; }

    /// <exception cref="FunctionsHostException">It cannot be started.</exception>
    public static HandlerProcess Start(FunctionsHostOptions options, HostSettings host, ILogger logger)
    {
        var port = FreePort();
        var start = StartInfo(options, host, port);
        var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Hear(logger, line.Data, isError: false);
        process.ErrorDataReceived += (_, line) => Hear(logger, line.Data, isError: true);
        try
        {
            process.Start();
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            process.Dispose();
            throw new FunctionsHostException($"{start.FileName} cannot be started: {e.Message}", e);
        }
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new(process, port, options.Time);
    }

    /// <summary>Asks until it answers anything at all.</summary>
    /// <returns>False when it has ended, or said nothing in time.</returns>
    public async Task<bool> IsReadyAsync(HttpMessageInvoker http, TimeSpan patience, CancellationToken cancel)
    {
        using var timer = new CancellationTokenSource(patience, time);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancel);
        while (!Exited.IsCompleted)
        {
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Address, "/"));
                using var response = await http.SendAsync(request, deadline.Token);
                return true;
            }
            catch (HttpRequestException)
            {
                // Nobody listens yet.
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                return false;
            }
            await Task.Delay(AskEvery, time, cancel);
        }
        return false;
    }

    /// <summary>SIGKILL, as the host does it: there is no other end.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            process.Kill();
        Task ended = Exited.WaitAsync(KillPatience, time, CancellationToken.None);
        await ended.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        process.Dispose();
    }

    static ProcessStartInfo StartInfo(FunctionsHostOptions options, HostSettings host, int port)
    {
        var root = Path.GetFullPath(options.Root);
        var executable = Path.Combine(root, host.Executable);
        var start = new ProcessStartInfo
        {
            FileName = File.Exists(executable) ? executable : host.Executable,
            WorkingDirectory = Path.Combine(root, host.WorkingDirectory),
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in host.Arguments)
            start.ArgumentList.Add(Environment.ExpandEnvironmentVariables(argument));

        Dictionary<string, string> own = new()
        {
            ["FUNCTIONS_CUSTOMHANDLER_PORT"] = $"{port}",
            ["FUNCTIONS_HTTPWORKER_PORT"] = $"{port}",
            ["FUNCTIONS_CUSTOMHANDLER_WORKER_ID"] = new Guid(options.Entropy.Bytes(16)).ToString(),
            ["FUNCTIONS_APP_ROOT_PATH"] = root,
        };
        foreach (var (name, value) in options.AppSettings.Concat(own))
            start.Environment[name] = value;
        start.Environment["FUNCTIONS_HTTPWORKER_ID"] = start.Environment["FUNCTIONS_CUSTOMHANDLER_WORKER_ID"];
        return start;
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    static void Hear(ILogger logger, string? line, bool isError)
    {
        if (string.IsNullOrEmpty(line))
            return;
        if (!isError)
            Log.Said(logger, line);
        else if (line.Contains("warn", StringComparison.OrdinalIgnoreCase))
            Log.SaidWarning(logger, line);
        else
            Log.SaidError(logger, line);
    }

    async Task<int> ExitAsync()
    {
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
