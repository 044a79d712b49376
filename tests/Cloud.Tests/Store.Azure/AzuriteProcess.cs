using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Cloud.Tests.Store.Azure;

/// <summary>A real Azurite on 127.0.0.1, its data in memory only. Cloud.Clients takes this file too.</summary>
sealed class AzuriteProcess : IAsyncDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>The development account's: Azurite's documentation gives it, it is no secret.</summary>
    public const string Key =
        "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    readonly Process process;

    AzuriteProcess(Process process, int[] ports)
    {
        this.process = process;
        (BlobPort, QueuePort, TablePort) = (ports[0], ports[1], ports[2]);
    }

    public int BlobPort { get; }
    public int QueuePort { get; }
    public int TablePort { get; }

    public string ConnectionString =>
        $"AccountName=devstoreaccount1;AccountKey={Key};"
        + $"BlobEndpoint=http://127.0.0.1:{BlobPort}/devstoreaccount1;"
        + $"QueueEndpoint=http://127.0.0.1:{QueuePort}/devstoreaccount1;"
        + $"TableEndpoint=http://127.0.0.1:{TablePort}/devstoreaccount1";

    public static bool IsInstalled => File.Exists(Script());

    /// <summary>On free ports.</summary>
    public static Task<AzuriteProcess> StartAsync(params string[] more) => StartAsync(FreePorts(3), more);

    /// <param name="ports">Blob, queue, table.</param>
    /// <param name="more">Further arguments.</param>
    public static async Task<AzuriteProcess> StartAsync(int[] ports, params string[] more)
    {
        if (!IsInstalled)
            throw new InvalidOperationException("Azurite is not installed: run ./test once, or npm ci --prefix tests");
        var start = new ProcessStartInfo("node")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(Script());
        foreach (var (service, port) in new[] { "blob", "queue", "table" }.Zip(ports))
        {
            foreach (var argument in (string[])[$"--{service}Host", "127.0.0.1", $"--{service}Port", $"{port}"])
                start.ArgumentList.Add(argument);
        }
        string[] common = ["--inMemoryPersistence", "--silent", "--disableTelemetry", "--skipApiVersionCheck"];
        foreach (var argument in common.Concat(more))
            start.ArgumentList.Add(argument);

        var started = Process.Start(start)!;
        var output = Task.WhenAll(started.StandardOutput.ReadToEndAsync(), started.StandardError.ReadToEndAsync());
        var azurite = new AzuriteProcess(started, ports);
        try
        {
            foreach (var port in ports)
                await ConnectAsync(started, port, output);
        }
        catch
        {
            await azurite.DisposeAsync();
            throw;
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

    static async Task ConnectAsync(Process process, int port, Task<string[]> output)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException) when (!process.HasExited && waited.Elapsed < Patience)
            {
                await Task.Delay(50);
            }
            catch (SocketException e) when (process.HasExited)
            {
                throw new InvalidOperationException($"Azurite ended: {string.Concat(await output)}", e);
            }
        }
    }

    static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(listener => listener.Start());
        var ports = listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port).ToArray();
        listeners.ForEach(listener => listener.Stop());
        return ports;
    }

    static string Script()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "tests", "package.json")))
            folder = folder.Parent;
        return Path.Combine(folder?.FullName ?? "", "tests/node_modules/azurite/dist/src/azurite.js");
    }
}
