using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Cloud.Clients;

/// <summary>A real Azurite on 127.0.0.1, its data in memory only.</summary>
sealed class Azurite : IAsyncDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    static readonly string? Script = FindScript();

    readonly Process process;
    readonly int[] ports;

    Azurite(Process process, int[] ports)
    {
        this.process = process;
        this.ports = ports;
    }

    public static bool IsInstalled => Script is not null && Tool.IsInstalled("node");

    /// <summary>The development account's: Azurite's documentation gives the key, it is no secret.</summary>
    public string ConnectionString =>
        "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;"
        + "AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;"
        + $"BlobEndpoint=http://127.0.0.1:{ports[0]}/devstoreaccount1;"
        + $"QueueEndpoint=http://127.0.0.1:{ports[1]}/devstoreaccount1;"
        + $"TableEndpoint=http://127.0.0.1:{ports[2]}/devstoreaccount1";

    /// <summary>Skips the test where there is none.</summary>
    public static void Require() => Skip.IfNot(IsInstalled, "Azurite is not installed (npm ci --prefix tests)");

    /// <param name="ports">Blob, queue, table; none for free ones.</param>
    public static async Task<Azurite> StartAsync(params int[] ports)
    {
        ports = ports.Length == 0 ? FreePorts() : ports;
        var start = new ProcessStartInfo("node")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string[] arguments =
        [
            Script!,
            .. new[] { "blob", "queue", "table" }
                .Zip(ports)
                .SelectMany(p => (string[])[$"--{p.First}Host", "127.0.0.1", $"--{p.First}Port", $"{p.Second}"]),
            "--inMemoryPersistence",
            "--silent",
            "--disableTelemetry",
            "--skipApiVersionCheck",
        ];
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);

        var azurite = new Azurite(Process.Start(start)!, ports);
        _ = azurite.process.StandardOutput.ReadToEndAsync();
        _ = azurite.process.StandardError.ReadToEndAsync();
        var waited = Stopwatch.StartNew();
        foreach (var port in ports)
        {
            while (!await IsOpenAsync(port))
            {
                if (azurite.process.HasExited || waited.Elapsed > Patience)
                    throw new InvalidOperationException("Azurite did not start");
                await Task.Delay(50);
            }
        }
        return azurite;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
    }

    public static async Task<bool> IsOpenAsync(int port)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    static int[] FreePorts()
    {
        var listeners = Enumerable.Range(0, 3).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(listener => listener.Start());
        var free = listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port).ToArray();
        listeners.ForEach(listener => listener.Stop());
        return free;
    }

    static string? FindScript()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var script = Path.Combine(folder.FullName, "tests/node_modules/azurite/dist/src/azurite.js");
            if (File.Exists(script))
                return script;
        }
        return null;
    }
}
