using System.Diagnostics;
using System.Net;

namespace Cloud.Bench.Servers;

/// <summary>Postfix that hands to Dovecot by LMTP, with a configuration of its own under a temporary directory.</summary>
/// <remarks>
/// Needs root and the packages postfix and dovecot-lmtpd. Both are left as Debian configures them where it matters:
/// Postfix' queue and Dovecot's Maildir with fsync as it comes ("optimized").
/// </remarks>
sealed class PostfixDovecot(string root, int users, int dovecot, Postfix postfix) : IMailServer
{
    /// <summary>For all messages of a run; beyond it something is lost.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    public string Name => "Postfix → Dovecot";

    public IPEndPoint Smtp => postfix.Address;

    public double CpuSeconds => ProcessFigures.CpuSeconds(dovecot) + ProcessFigures.CpuSeconds(postfix.ProcessId);

    public static async Task<PostfixDovecot> StartAsync(int users)
    {
        var root = await Programs.MakeFolderAsync();
        await WriteDovecotAsync(root);
        await Programs.RunAsync("dovecot", "-c", $"{root}/dovecot.conf");
        var postfix = await Postfix.StartAsync(
            root,
            $"""
            virtual_mailbox_domains = example.test
            virtual_mailbox_maps =
            virtual_transport = lmtp:unix:{root}/lmtp
            """
        );
        return new(root, users, await Programs.PidAsync($"{root}/dovecot/master.pid"), postfix);
    }

    public async Task DeliveredAsync(int messages)
    {
        for (var waited = Stopwatch.StartNew(); Delivered() < messages; await Task.Delay(TimeSpan.FromMilliseconds(5)))
        {
            if (waited.Elapsed > Patience)
                throw new InvalidOperationException($"{Delivered()} of {messages} were filed");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await postfix.DisposeAsync();
        await Programs.RunAsync("doveadm", "-c", $"{root}/dovecot.conf", "stop");
        Directory.Delete(root, recursive: true);
    }

    int Delivered() =>
        Enumerable
            .Range(0, users)
            .Select(user => $"{root}/mail/u{user}/new")
            .Where(Directory.Exists)
            .Sum(path => Directory.EnumerateFiles(path).Count());

    static async Task WriteDovecotAsync(string root)
    {
        foreach (var directory in new[] { "mail", "dovecot" })
            Directory.CreateDirectory($"{root}/{directory}");
        await Programs.RunAsync("chown", "mail:mail", $"{root}/mail");
        await File.WriteAllTextAsync(
            $"{root}/dovecot.conf",
            $$"""
            base_dir = {{root}}/dovecot
            state_dir = {{root}}/dovecot
            log_path = {{root}}/dovecot.log
            protocols = lmtp
            ssl = no
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
            service lmtp {
              client_limit = 1
              process_limit = 100
              unix_listener {{root}}/lmtp {
                mode = 0666
              }
            }
            """
        );
    }
}
