using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Cloud.Bench.Servers;

/// <summary>Postfix that hands to Dovecot by LMTP, with a configuration of its own under a temporary directory.</summary>
/// <remarks>
/// Needs root and the packages postfix and dovecot-lmtpd. Both are left as Debian configures them where it matters:
/// Postfix' queue and Dovecot's Maildir with fsync as it comes ("optimized").
/// </remarks>
sealed class PostfixDovecot : IMailServer
{
    readonly string root;
    readonly int users;
    readonly int dovecot;
    readonly int postfix;

    PostfixDovecot(string root, int users, int port, int dovecot, int postfix)
    {
        this.root = root;
        this.users = users;
        this.dovecot = dovecot;
        this.postfix = postfix;
        Smtp = new IPEndPoint(IPAddress.Loopback, port);
    }

    public string Name => "Postfix → Dovecot";

    public IPEndPoint Smtp { get; }

    public double CpuSeconds => ProcessFigures.CpuSeconds(dovecot) + ProcessFigures.CpuSeconds(postfix);

    public static async Task<PostfixDovecot> StartAsync(int users)
    {
        var root = Directory.CreateTempSubdirectory("cloud-bench-peer-").FullName;
        await Programs.RunAsync("chmod", "755", root);
        var port = Programs.FreePort();
        await WriteDovecotAsync(root);
        await WritePostfixAsync(root, port);

        await Programs.RunAsync("dovecot", "-c", $"{root}/dovecot.conf");
        await Programs.RunAsync("postfix", "-c", $"{root}/postfix", "start");
        var dovecot = await Programs.PidAsync($"{root}/dovecot/master.pid");
        var postfix = await Programs.PidAsync($"{root}/queue/pid/master.pid");
        var server = new PostfixDovecot(root, users, port, dovecot, postfix);
        await server.AnsweringAsync();
        return server;
    }

    public async Task DeliveredAsync(int messages)
    {
        while (Delivered() < messages)
            await Task.Delay(TimeSpan.FromMilliseconds(5));
    }

    public async ValueTask DisposeAsync()
    {
        await Programs.RunAsync("postfix", "-c", $"{root}/postfix", "stop");
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

    static async Task WritePostfixAsync(string root, int port)
    {
        foreach (var directory in new[] { "postfix", "queue", "data" })
            Directory.CreateDirectory($"{root}/{directory}");
        await Programs.RunAsync("chown", "postfix:postfix", $"{root}/data");
        await File.WriteAllTextAsync(
            $"{root}/postfix/main.cf",
            $"""
            compatibility_level = 3.6
            queue_directory = {root}/queue
            data_directory = {root}/data
            command_directory = /usr/sbin
            daemon_directory = /usr/lib/postfix/sbin
            maillog_file = {root}/postfix.log
            maillog_file_prefixes = {root}
            myhostname = mail.example.test
            mydestination =
            inet_interfaces = loopback-only
            inet_protocols = ipv4
            mynetworks = 127.0.0.0/8
            virtual_mailbox_domains = example.test
            virtual_mailbox_maps =
            virtual_transport = lmtp:unix:{root}/lmtp
            smtpd_client_connection_count_limit = 0
            """
        );
        await File.WriteAllTextAsync(
            $"{root}/postfix/master.cf",
            $"""
            127.0.0.1:{port} inet n - n - 100 smtpd
            pickup unix n - n 60 1 pickup
            cleanup unix n - n - 0 cleanup
            qmgr unix n - n 300 1 qmgr
            tlsmgr unix - - n 1000? 1 tlsmgr
            rewrite unix - - n - - trivial-rewrite
            bounce unix - - n - 0 bounce
            defer unix - - n - 0 bounce
            trace unix - - n - 0 bounce
            verify unix - - n - 1 verify
            flush unix n - n 1000? 0 flush
            proxymap unix - - n - - proxymap
            smtp unix - - n - - smtp
            relay unix - - n - - smtp
            showq unix n - n - - showq
            error unix - - n - - error
            retry unix - - n - - error
            discard unix - - n - - discard
            lmtp unix - - n - - lmtp
            anvil unix - - n - 1 anvil
            scache unix - - n - 1 scache
            postlog unix-dgram n - n - 1 postlogd
            """
        );
    }

    async Task AnsweringAsync()
    {
        for (var tries = 0; tries < 200; tries++)
        {
            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync(Smtp);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50));
            }
        }
        throw new InvalidOperationException($"Postfix does not answer; see {root}/postfix.log");
    }
}
