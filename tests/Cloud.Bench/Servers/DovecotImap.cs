using System.Net;

namespace Cloud.Bench.Servers;

/// <summary>Debian's Dovecot on sdbox, its fastest store, with a configuration of its own. Needs root.</summary>
sealed class DovecotImap(string root, int process, int port) : IImapServer
{
    public string Name => "Dovecot sdbox";

    public IPEndPoint Imap { get; } = new(IPAddress.Loopback, port);

    public string ImapLogin => "u0 password-0";

    public double CpuSeconds => ProcessFigures.CpuSeconds(process);

    public static async Task<DovecotImap> StartAsync()
    {
        var (root, port) = (await Programs.MakeFolderAsync(), Programs.FreePort());
        foreach (var directory in new[] { "mail", "run" })
            Directory.CreateDirectory($"{root}/{directory}");
        await Programs.RunAsync("chown", "mail:mail", $"{root}/mail");
        await File.WriteAllTextAsync($"{root}/dovecot.conf", Configuration(root, port));
        await Programs.RunAsync("dovecot", "-c", $"{root}/dovecot.conf");
        var process = await Programs.PidAsync($"{root}/run/master.pid");
        await Programs.AnsweringAsync(new(IPAddress.Loopback, port), "dovecot");
        return new(root, process, port);
    }

    public async ValueTask DisposeAsync()
    {
        await Programs.RunAsync("doveadm", "-c", $"{root}/dovecot.conf", "stop");
        Directory.Delete(root, recursive: true);
    }

    static string Configuration(string root, int port) =>
        $$"""
            base_dir = {{root}}/run
            state_dir = {{root}}/run
            log_path = {{root}}/dovecot.log
            protocols = imap
            listen = 127.0.0.1
            ssl = no
            disable_plaintext_auth = no
            mail_location = sdbox:{{root}}/mail/%n
            mail_uid = mail
            mail_gid = mail
            first_valid_uid = 1
            userdb {
              driver = static
              args = uid=mail gid=mail home={{root}}/mail/%n allow_all_users=yes
            }
            passdb {
              driver = static
              args = nopassword=y
            }
            namespace inbox {
              inbox = yes
            }
            mail_max_userip_connections = 100
            service imap-login {
              inet_listener imap {
                port = {{port}}
              }
              inet_listener imaps {
                port = 0
              }
            }
            """;
}
