using System.Diagnostics;
using System.Net;

namespace Cloud.Bench.Servers;

/// <summary>OpenDKIM, which signs for Postfix with RSA-2048. Needs the packages opendkim and opendkim-tools.</summary>
sealed class OpenDkim : IAsyncDisposable
{
    readonly Process process;

    OpenDkim(Process process, int port) => (this.process, Port) = (process, port);

    /// <summary>Where Postfix finds it, on 127.0.0.1.</summary>
    public int Port { get; }

    public int ProcessId => process.Id;

    /// <param name="root">A folder of its own.</param>
    /// <param name="domain">Whose mail it signs.</param>
    public static async Task<OpenDkim> StartAsync(string root, string domain)
    {
        var port = Programs.FreePort();
        await Programs.RunAsync("opendkim-genkey", "-b", "2048", "-D", root, "-d", domain, "-s", "bench");
        await File.WriteAllTextAsync(
            $"{root}/opendkim.conf",
            $"""
            Syslog no
            Mode s
            Canonicalization relaxed/relaxed
            Domain {domain}
            Selector bench
            KeyFile {root}/bench.private
            Socket inet:{port}@127.0.0.1
            InternalHosts 127.0.0.1
            RequireSafeKeys no
            """
        );
        var started = Process.Start("opendkim", ["-f", "-x", $"{root}/opendkim.conf"]);
        await Programs.AnsweringAsync(new(IPAddress.Loopback, port), "opendkim");
        return new(started, port);
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }
}
