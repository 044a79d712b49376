using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;

namespace Cloud.Clients.Peers;

/// <summary>Somebody else's server in the foreground.</summary>
sealed class PeerProcess : IAsyncDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    readonly Process process;
    readonly ConcurrentQueue<string> output = new();

    PeerProcess(ProcessStartInfo start)
    {
        process = new() { StartInfo = start };
        process.OutputDataReceived += (_, line) => Hear(line.Data);
        process.ErrorDataReceived += (_, line) => Hear(line.Data);
    }

    /// <summary>All it has printed so far.</summary>
    public string Output => string.Join('\n', output);

    /// <returns>Once its port can be connected to.</returns>
    public static async Task<PeerProcess> StartAsync(int port, string program, params string[] arguments)
    {
        var peer = new PeerProcess(
            new ProcessStartInfo(program, arguments)
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        );
        peer.process.Start();
        peer.process.BeginOutputReadLine();
        peer.process.BeginErrorReadLine();
        var waited = Stopwatch.StartNew();
        while (!await AnswersAsync(port))
        {
            if (!peer.process.HasExited && waited.Elapsed < Patience)
            {
                await Task.Delay(Pause);
                continue;
            }
            await peer.DisposeAsync();
            throw new InvalidOperationException($"{program} did not start: {peer.Output}");
        }
        return peer;
    }

    /// <summary>It and its children; it has nothing to lose.</summary>
    public async ValueTask DisposeAsync()
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync().WaitAsync(Patience);
        process.Dispose();
    }

    static async Task<bool> AnswersAsync(int port)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    void Hear(string? line)
    {
        if (line is not null)
            output.Enqueue(line);
    }
}
