using System.Globalization;
using System.Text;

namespace Cloud.Clients.Peers;

/// <summary>Debian's Dovecot as an IMAP server on Maildirs, with a configuration of its own. Needs root.</summary>
sealed class Dovecot : IAsyncDisposable
{
    readonly PeerProcess process;

    Dovecot(PeerProcess started, int port) => (process, Port) = (started, port);

    public int Port { get; }

    /// <summary>Everybody logs in with any password.</summary>
    /// <param name="root">Its folder; the Maildir of USER is <c>mail/USER</c> in it.</param>
    public static async Task<Dovecot> StartAsync(string root)
    {
        Tool.Require("dovecot");
        Skip.IfNot(Environment.UserName == "root", "Dovecot needs root");
        var port = FreePort.Find();
        Directory.CreateDirectory(Path.Combine(root, "run"));
        var configuration = Path.Combine(root, "dovecot.conf");
        await File.WriteAllTextAsync(
            configuration,
            $$"""
            base_dir = {{root}}/run
            state_dir = {{root}}/run
            log_path = {{root}}/dovecot.log
            protocols = imap
            listen = 127.0.0.1
            ssl = no
            disable_plaintext_auth = no
            auth_mechanisms = plain login
            mail_location = maildir:{{root}}/mail/%n
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
              mailbox Gesendet {
                special_use = \Sent
              }
            }
            service imap-login {
              inet_listener imap {
                port = {{port}}
              }
              inet_listener imaps {
                port = 0
              }
            }
            """
        );
        await Tool.RunAsync(root, "chmod", "755", root);
        return new(await PeerProcess.StartAsync(port, "dovecot", "-F", "-c", configuration), port);
    }

    /// <summary>Puts messages into a folder of a Maildir, before the server reads it.</summary>
    /// <param name="folder">Such as <c>.Work.Bills</c>; empty for INBOX.</param>
    public static async Task FillAsync(string root, string user, string folder, IEnumerable<byte[]> messages)
    {
        var directory = Path.Combine(root, "mail", user, folder);
        foreach (var part in new[] { "cur", "new", "tmp" })
            Directory.CreateDirectory(Path.Combine(directory, part));
        var time = 1_700_000_000L;
        foreach (var message in messages)
        {
            time++;
            var flags = (time % 3) switch
            {
                0 => "",
                1 => "S",
                _ => "FRS",
            };
            var name = string.Create(CultureInfo.InvariantCulture, $"{time}.M1P1.test:2,{flags}");
            var path = Path.Combine(directory, "cur", name);
            await File.WriteAllBytesAsync(path, message);
            File.SetLastWriteTimeUtc(path, DateTimeOffset.FromUnixTimeSeconds(time).UtcDateTime);
        }
        await Tool.RunAsync(root, "chown", "-R", "mail:mail", Path.Combine(root, "mail"));
    }

    public ValueTask DisposeAsync() => process.DisposeAsync();
}
