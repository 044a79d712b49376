using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Cloud.Bench.Servers;

/// <summary>Other people's programs.</summary>
static class Programs
{
    /// <summary>A folder for one of them, which the users that it runs as may search.</summary>
    public static async Task<string> MakeFolderAsync()
    {
        var root = Directory.CreateTempSubdirectory("cloud-bench-peer-").FullName;
        await RunAsync("chmod", "755", root);
        return root;
    }

    public static async Task<int> PidAsync(string path)
    {
        for (var tries = 0; tries < 200; tries++)
        {
            if (
                File.Exists(path)
                && int.TryParse(await ReadLockedAsync(path), CultureInfo.InvariantCulture, out var pid)
            )
                return pid;
            await Task.Delay(TimeSpan.FromMilliseconds(25));
        }
        throw new InvalidOperationException($"No process id in {path}");
    }

    /// <summary>Postfix keeps its file locked, which .NET respects and cat does not.</summary>
    static async Task<string> ReadLockedAsync(string path)
    {
        using var cat = Process.Start(new ProcessStartInfo("cat", [path]) { RedirectStandardOutput = true })!;
        return await cat.StandardOutput.ReadToEndAsync();
    }

    /// <summary>Waits until somebody listens there.</summary>
    /// <param name="name">For the complaint where nobody does.</param>
    public static async Task AnsweringAsync(IPEndPoint address, string name)
    {
        for (var tries = 0; tries < 200; tries++)
        {
            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync(address);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50));
            }
        }
        throw new InvalidOperationException($"Nobody answers at {address}: {name}");
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public static async Task RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException(
                $"{program} {string.Join(' ', arguments)}: {await output}{await errors}"
            );
    }
}
