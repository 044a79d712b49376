using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Cloud.Bench.Servers;

/// <summary>Postfix that hands everything to one host, its queue under a temporary directory; else as it comes.</summary>
/// <remarks>Needs root. It takes mail under TLS from the first octet, as the other server's port of submission does.</remarks>
sealed class PostfixRelay : IRelayServer
{
    readonly string root;
    readonly int master;

    PostfixRelay(string root, int port, int master)
    {
        (this.root, this.master) = (root, master);
        Submissions = new(IPAddress.Loopback, port);
    }

    public string Name => "Postfix";

    public IPEndPoint Submissions { get; }

    public string? Login => null;

    public int ProcessId => master;

    /// <param name="next">Where everything goes.</param>
    public static async Task<PostfixRelay> StartAsync(IPEndPoint next)
    {
        var root = Directory.CreateTempSubdirectory("cloud-bench-peer-").FullName;
        await Programs.RunAsync("chmod", "755", root);
        foreach (var directory in new[] { "postfix", "queue", "data" })
            Directory.CreateDirectory($"{root}/{directory}");
        await Programs.RunAsync("chown", "postfix:postfix", $"{root}/data");
        WriteCertificate(root);
        var port = Programs.FreePort();
        await File.WriteAllTextAsync($"{root}/postfix/main.cf", MainCf(root, next));
        await File.WriteAllTextAsync($"{root}/postfix/master.cf", MasterCf(port));
        await Programs.RunAsync("postfix", "-c", $"{root}/postfix", "start");
        var server = new PostfixRelay(root, port, await Programs.PidAsync($"{root}/queue/pid/master.pid"));
        await server.AnsweringAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await Programs.RunAsync("postfix", "-c", $"{root}/postfix", "stop");
        Directory.Delete(root, recursive: true);
    }

    static string MainCf(string root, IPEndPoint next) =>
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
            relayhost = [{next.Address}]:{next.Port}
            smtpd_tls_cert_file = {root}/cert.pem
            smtpd_tls_key_file = {root}/key.pem
            smtpd_client_connection_count_limit = 0

            """;

    static string MasterCf(int port) =>
        $"""
            127.0.0.1:{port} inet n - n - 100 smtpd
              -o smtpd_tls_wrappermode=yes
            pickup unix n - n 60 1 pickup
            cleanup unix n - n - 0 cleanup
            qmgr unix n - n 300 1 qmgr
            tlsmgr unix - - n 1000? 1 tlsmgr
            rewrite unix - - n - - trivial-rewrite
            bounce unix - - n - 0 bounce
            defer unix - - n - 0 bounce
            trace unix - - n - 0 bounce
            verify unix - - n - 1 verify
            proxymap unix - - n - - proxymap
            smtp unix - - n - - smtp
            relay unix - - n - - smtp
            error unix - - n - - error
            retry unix - - n - - error
            anvil unix - - n - 1 anvil
            scache unix - - n - 1 scache
            postlog unix-dgram n - n - 1 postlogd

            """;

    static void WriteCertificate(string root)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        File.WriteAllText($"{root}/cert.pem", certificate.ExportCertificatePem());
        File.WriteAllText($"{root}/key.pem", key.ExportPkcs8PrivateKeyPem());
    }

    async Task AnsweringAsync()
    {
        for (var tries = 0; tries < 200; tries++)
        {
            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync(Submissions);
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
