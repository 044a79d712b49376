using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Cloud.Clients;

/// <summary>Postfix's smtp-sink on a port of its own: takes mail, or refuses it as its options say.</summary>
sealed class SmtpSink : IAsyncDisposable
{
    const int Backlog = 100;

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    readonly Process process;

    SmtpSink(Process process, IPEndPoint address) => (this.process, Address) = (process, address);

    public IPEndPoint Address { get; }

    /// <param name="home">Where messages are dumped, one a file.</param>
    public static async Task<SmtpSink> StartAsync(string home, params string[] options)
    {
        Tool.Require("smtp-sink");
        var address = FreePort();
        var start = new ProcessStartInfo("smtp-sink")
        {
            WorkingDirectory = home,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        foreach (var argument in (string[])[.. options, "-d", "mail.", $"{address}", $"{Backlog}"])
            start.ArgumentList.Add(argument);
        var sink = new SmtpSink(Process.Start(start)!, address);
        for (var begun = TimeProvider.System.GetTimestamp(); !await IsOpenAsync(address); )
        {
            if (!sink.process.HasExited && TimeProvider.System.GetElapsedTime(begun) < Patience)
                continue;
            await sink.DisposeAsync();
            throw new InvalidOperationException($"smtp-sink: {await sink.process.StandardError.ReadToEndAsync()}");
        }

        return sink;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            process.Kill();
        await process.WaitForExitAsync();
    }

    static async Task<bool> IsOpenAsync(IPEndPoint address)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(address);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    static IPEndPoint FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return (IPEndPoint)listener.LocalEndpoint;
    }
}
