using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Cloud.Clients.Dns;

/// <summary>
/// A signed zone of ours on NSD, an unbound that validates it, and a dnsmasq that forwards to NSD: what a mail server may
/// find in its resolv.conf.
/// </summary>
public sealed class DnsWorld : IAsyncLifetime
{
    public const string Zone = "zones.test";

    /// <summary>Octets of the record that no datagram holds.</summary>
    public const int BigText = 6000;

    static readonly string[] Programs = ["nsd", "unbound", "dnsmasq", "dnssec-keygen", "dnssec-signzone"];

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("cloud-dns-");
    readonly List<DnsProcess> processes = [];

    /// <summary>Where each server is, by its name.</summary>
    public Dictionary<string, IPEndPoint> Servers { get; } = [];

    /// <summary>Skips the test when a server is missing.</summary>
    public static void Require()
    {
        foreach (var program in Programs)
            Skip.If(DnsProcess.Find(program) is null, $"{program} is not installed");
    }

    public async Task InitializeAsync()
    {
        if (Programs.Any(program => DnsProcess.Find(program) is null))
            return;
        await SignAsync();
        var nsd = Reserve("nsd");
        var unbound = Reserve("unbound");
        var dnsmasq = Reserve("dnsmasq");
        await StartAsync("nsd", "nsd started", "-d", "-V", "2", "-c", Write("nsd.conf", NsdConf(nsd)));
        await StartAsync(
            "unbound",
            "start of service",
            "-d",
            "-v",
            "-c",
            Write("unbound.conf", UnboundConf(unbound, nsd))
        );
        await StartAsync(
            "dnsmasq",
            "cleared cache",
            "--keep-in-foreground",
            "--log-facility=-",
            "--conf-file=/dev/null",
            "--pid-file",
            "--user=",
            string.Create(CultureInfo.InvariantCulture, $"--port={dnsmasq}"),
            "--listen-address=127.0.0.1",
            "--bind-interfaces",
            "--no-resolv",
            "--no-hosts",
            string.Create(CultureInfo.InvariantCulture, $"--server=/{Zone}/127.0.0.1#{nsd}")
        );
    }

    public async Task DisposeAsync()
    {
        foreach (var process in processes)
            await process.DisposeAsync();
        folder.Delete(recursive: true);
    }

    async Task SignAsync()
    {
        Write("zone", ZoneFile);
        await Tool.RunAsync(folder.FullName, "dnssec-keygen", "-q", "-a", "ED25519", "-f", "KSK", Zone);
        await Tool.RunAsync(
            folder.FullName,
            "dnssec-signzone",
            "-q",
            "-z",
            "-S",
            "-x",
            "-o",
            Zone,
            "-f",
            "signed",
            "zone"
        );
        File.Copy(folder.GetFiles($"K{Zone}*.key").Single().FullName, At("anchor"));
    }

    async Task StartAsync(string program, string mark, params string[] arguments) =>
        processes.Add(await DnsProcess.StartAsync(program, mark, arguments));

    /// <summary>A port that is free for UDP and TCP now: these servers cannot choose one themselves.</summary>
    int Reserve(string name)
    {
        using var tcp = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        tcp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        udp.Bind(tcp.LocalEndPoint!);
        Servers[name] = (IPEndPoint)tcp.LocalEndPoint!;
        return Servers[name].Port;
    }

    string At(string name) => Path.Combine(folder.FullName, name);

    string Write(string name, string text)
    {
        File.WriteAllText(At(name), text);
        return At(name);
    }

    string NsdConf(int port) =>
        $"""
            server:
              ip-address: 127.0.0.1@{port}
              port: {port}
              username: ""
              chroot: ""
              zonesdir: "{folder.FullName}"
              database: ""
              pidfile: ""
              xfrdfile: ""
              zonelistfile: "{At("zonelist")}"
              xfrdir: "{folder.FullName}"
              server-count: 1
            remote-control:
              control-enable: no
            zone:
              name: {Zone}
              zonefile: signed
            """;

    string UnboundConf(int port, int nsd) =>
        $"""
            server:
              interface: 127.0.0.1
              port: {port}
              username: ""
              chroot: ""
              directory: "{folder.FullName}"
              pidfile: ""
              use-syslog: no
              do-daemonize: no
              do-not-query-localhost: no
              do-ip6: no
              num-threads: 1
              trust-anchor-file: "{At("anchor")}"
              local-zone: "test." nodefault
            remote-control:
              control-enable: no
            stub-zone:
              name: "{Zone}."
              stub-addr: 127.0.0.1@{nsd}
            """;

    static string ZoneFile =>
        $"""
            $ORIGIN {Zone}.
            $TTL 300
            @ SOA ns hostmaster 7 3600 600 86400 60
            @ NS ns
            @ MX 20 backup
            @ MX 10 mail
            @ TXT "v=spf1 ip4:192.0.2.0/24 " "-all"
            @ CAA 128 issue "ca.example; validationmethods=dns-01"
            @ TYPE65280 \# 3 0A0B0C
            ns A 127.0.0.1
            mail 77 A 192.0.2.1
            mail A 192.0.2.2
            mail AAAA 2001:db8::1
            backup A 192.0.2.3
            null MX 0 .
            odd TXT "\000\255 \"quoted\" \\ ;"
            _imaps._tcp SRV 0 1 993 mail
            _25._tcp.mail TLSA 3 1 1 00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF
            1.2.0.192.reverse PTR Mail
            below.empty A 192.0.2.9
            *.wild A 192.0.2.10
            alias1 CNAME alias2
            alias2 CNAME alias3
            alias3 CNAME alias4
            alias4 CNAME mail
            dead CNAME nowhere
            loop1 CNAME loop2
            loop2 CNAME loop1
            xn--bcher-kva A 192.0.2.11
            big TXT {BigStrings}

            """;

    static string BigStrings =>
        string.Join(' ', Enumerable.Range(0, BigText / 250).Select(i => $"\"{new string((char)('a' + i), 250)}\""));
}
