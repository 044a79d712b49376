using System.Globalization;
using System.Net;

namespace Cloud.Bench.Servers;

/// <summary>
/// Debian's Cyrus with a configuration of its own. Its packages want to be the machine's mail server, so it runs from where they
/// have been unpacked: docs/performance.md says how. Needs root.
/// </summary>
sealed class CyrusImap(string root, string volatileRoot, int process, int port) : IImapServer
{
    const string Unpacked = "artifacts/peers/cyrus";

    public string Name => "Cyrus";

    public IPEndPoint Imap { get; } = new(IPAddress.Loopback, port);

    public string ImapLogin => "u0 password-0";

    public double CpuSeconds => ProcessFigures.CpuSeconds(process);

    public static async Task<CyrusImap> StartAsync()
    {
        var (root, port, package) = (await Programs.MakeFolderAsync(), Programs.FreePort(), Find());
        // Locks and the list of its processes in memory, as its package has them in /run.
        var volatileRoot = $"/dev/shm/{Path.GetFileName(root)}";
        foreach (var directory in new[] { "conf/db", "conf/socket", "spool" })
            Directory.CreateDirectory($"{root}/{directory}");
        foreach (var directory in new[] { "proc", "lock" })
            Directory.CreateDirectory($"{volatileRoot}/{directory}");
        await File.WriteAllTextAsync($"{root}/imapd.conf", Configuration(root, volatileRoot));
        await File.WriteAllTextAsync($"{root}/cyrus.conf", Services(root, port, $"{package}/usr/lib/cyrus/bin"));
        await Programs.RunAsync("chown", "-R", "mail:mail", root, volatileRoot);
        var libraries = Directory.EnumerateFiles(package, "libcyrus.so.0", SearchOption.AllDirectories).First();
        await Programs.RunAsync(
            "env",
            $"LD_LIBRARY_PATH={Path.GetDirectoryName(libraries)}",
            $"{package}/usr/lib/cyrus/bin/master",
            "-d",
            "-C",
            $"{root}/imapd.conf",
            "-M",
            $"{root}/cyrus.conf",
            "-p",
            $"{root}/master.pid"
        );
        var process = await Programs.PidAsync($"{root}/master.pid");
        await Programs.AnsweringAsync(new(IPAddress.Loopback, port), "cyrus");
        return new(root, volatileRoot, process, port);
    }

    public async ValueTask DisposeAsync()
    {
        await Programs.RunAsync("kill", process.ToString(CultureInfo.InvariantCulture));
        while (Directory.Exists($"/proc/{process}"))
            await Task.Delay(TimeSpan.FromMilliseconds(20));
        Directory.Delete(root, recursive: true);
        Directory.Delete(volatileRoot, recursive: true);
    }

    static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (Directory.Exists(Path.Combine(folder.FullName, Unpacked)))
                return Path.Combine(folder.FullName, Unpacked);
        }
        throw new InvalidOperationException($"Cyrus is not unpacked in {Unpacked}");
    }

    /// <summary>Everybody logs in with any password and then has an INBOX; nothing is kept in step with other servers.</summary>
    static string Configuration(string root, string volatileRoot) =>
        $"""
            configdirectory: {root}/conf
            partition-default: {root}/spool
            defaultpartition: default
            proc_path: {volatileRoot}/proc
            mboxname_lockpath: {volatileRoot}/lock
            cyrus_user: mail
            unixhierarchysep: yes
            virtdomains: off
            allowplaintext: yes
            sasl_pwcheck_method: alwaystrue
            sasl_mech_list: PLAIN
            autocreate_quota: 0
            duplicatesuppression: no
            imapidlepoll: 0

            """;

    static string Services(string root, int port, string programs) =>
        $$"""
            START {
              recover cmd="{{programs}}/ctl_cyrusdb -C {{root}}/imapd.conf -r"
            }
            SERVICES {
              imap cmd="{{programs}}/imapd -C {{root}}/imapd.conf" listen="127.0.0.1:{{port}}" prefork=1
            }
            EVENTS {
            }

            """;
}
