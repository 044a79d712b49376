using System.Net;
using Cloud.Clients.Peers;

namespace Cloud.Bench.Servers;

/// <summary>Postfix as Debian configures it where it matters, its queue under a temporary directory.</summary>
/// <remarks>Needs root and the package postfix.</remarks>
sealed class Postfix : IAsyncDisposable
{
    const int Sessions = 100;

    readonly string etc;

    Postfix(string etc, int port, int process)
    {
        this.etc = etc;
        Address = new(IPAddress.Loopback, port);
        ProcessId = process;
    }

    /// <summary>Where it takes mail.</summary>
    public IPEndPoint Address { get; }

    /// <summary>The process whose descendants are all of it.</summary>
    public int ProcessId { get; }

    /// <param name="root">A folder of its own, which everybody may search.</param>
    /// <param name="settings">What it does with mail: lines of main.cf.</param>
    /// <param name="option">Of the service that takes mail; null for none.</param>
    public static async Task<Postfix> StartAsync(string root, string settings, string? option = null)
    {
        foreach (var directory in new[] { "postfix", "queue", "data" })
            Directory.CreateDirectory($"{root}/{directory}");
        await Programs.RunAsync("chown", "postfix:postfix", $"{root}/data");
        var (etc, log, port) = ($"{root}/postfix", $"{root}/postfix.log", Programs.FreePort());
        var common = "mynetworks = 127.0.0.0/8\nsmtpd_client_connection_count_limit = 0\n";
        await File.WriteAllTextAsync(
            $"{etc}/main.cf",
            PostfixFiles.MainCf(root, "mail.example.test", log, common + settings)
        );
        await File.WriteAllTextAsync($"{etc}/master.cf", PostfixFiles.MasterCf(port, Sessions, option));
        await Programs.RunAsync("postfix", "-c", etc, "start");
        var server = new Postfix(etc, port, await Programs.PidAsync($"{root}/queue/pid/master.pid"));
        await Programs.AnsweringAsync(server.Address, $"Postfix; see {log}");
        return server;
    }

    public async ValueTask DisposeAsync() => await Programs.RunAsync("postfix", "-c", etc, "stop");
}
