namespace Cloud.Clients.Peers;

/// <summary>
/// A program unpacked from Debian's package, which no machine can have installed beside another mail server. It runs in a
/// mount namespace: its fixed folders and its users are there for it alone.
/// </summary>
abstract class UnpackedPeer(string package) : Peer
{
    /// <summary>Ids of its users, which nobody else has.</summary>
    protected const int FirstUser = 64_901;

    /// <summary>Where `tests/clients` unpacks it.</summary>
    protected string Package { get; } = Find(package);

    public override void Require()
    {
        Skip.IfNot(Directory.Exists(Package), $"{package} is not unpacked (tests/clients does)");
        RequireRoot();
        Skip.IfNot(Tool.IsInstalled("unshare"), "unshare is not installed");
    }

    /// <param name="users">Of its own.</param>
    /// <param name="commands">Of sh, the last of which becomes the server.</param>
    protected Task<PeerProcess> RunAsync(IReadOnlyList<string> users, string commands)
    {
        var (passwd, group) = (File.ReadAllText("/etc/passwd"), File.ReadAllText("/etc/group"));
        for (var i = 0; i < users.Count; i++)
        {
            passwd += $"{users[i]}:x:{FirstUser + i}:{FirstUser + i}::/nonexistent:/usr/sbin/nologin\n";
            group += $"{users[i]}:x:{FirstUser + i}:\n";
        }
        var script = Write(
            "run.sh",
            $"""
            set -e
            mount --bind {Write("passwd", passwd)} /etc/passwd
            mount --bind {Write("group", group)} /etc/group
            mount -t tmpfs tmpfs /run
            {commands}
            """
        );
        return PeerProcess.StartAsync(Port, "unshare", "--mount", "sh", script);
    }

    static string Find(string package)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (folder.Name == "artifacts")
                return Path.Combine(folder.FullName, "peers", package);
        }
        return Path.Combine(AppContext.BaseDirectory, "peers", package);
    }
}
