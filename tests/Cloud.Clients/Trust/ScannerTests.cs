using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Cloud.Clients.Dns;
using Cloud.Trust.Scanners;

namespace Cloud.Clients.Trust;

/// <summary>Debian's clamd, spamd and rspamd judge what we send them. None of them asks the network.</summary>
public sealed class ScannerTests : IDisposable
{
    const string Marker = "CLOUD-TEST-MALWARE-MARKER";

    /// <summary>What SpamAssassin and rspamd agreed on as spam, to test them (GTUBE).</summary>
    const string Gtube = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X";

    static readonly ScanClient Client = new(
        IPAddress.Parse("192.0.2.7"),
        "mail.example.com",
        "mail.example.com",
        "ada@example.com",
        ["bob@here.example"],
        "19aa"
    );

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("cloud-scan-");
    readonly int port = FreePort();

    public void Dispose() => folder.Delete(recursive: true);

    [SkippableFact]
    public async Task Clamd_names_what_it_finds()
    {
        Require("clamd");
        var signatures = folder.CreateSubdirectory("db").FullName;
        var hex = Convert.ToHexStringLower(Encoding.ASCII.GetBytes(Marker));
        await File.WriteAllTextAsync(Path.Combine(signatures, "own.ndb"), $"Cloud.Test.Marker:0:*:{hex}\n");
        var settings = Write(
            "clamd.conf",
            $"""
            Foreground yes
            TCPSocket {port}
            TCPAddr 127.0.0.1
            DatabaseDirectory {signatures}
            StreamMaxLength 1M
            Bytecode no

            """
        );
        await using var clamd = await DnsProcess.StartAsync("clamd", "Self checking", "-F", "-c", settings);
        var scanner = new ClamdScanner(Options, TimeProvider.System);
        Assert.Equal(ScanOutcome.Clean, (await ScanAsync(scanner, "Hello")).Outcome);
        var found = await ScanAsync(scanner, Marker);
        Assert.Equal((ScanOutcome.Infected, "Cloud.Test.Marker.UNOFFICIAL"), (found.Outcome, found.Malware));
        Assert.Equal(ScanOutcome.TooLarge, (await ScanAsync(scanner, new string('x', 3_000_000))).Outcome);
    }

    [SkippableFact]
    public async Task Spamd_tells_points_and_rules()
    {
        Require("spamd");
        string[] where = ["--listen", $"127.0.0.1:{Port}", "--pidfile", Path.Combine(folder.FullName, "pid")];
        await using var spamd = await DnsProcess.StartAsync(
            "spamd",
            "server started",
            ["--local", "--nouser-config", "--max-children=1", "--syslog=stderr", .. where]
        );
        var scanner = new SpamdScanner(Options, TimeProvider.System, "mail");
        var clean = await ScanAsync(scanner, "Here is what we agreed on, as I remember it.");
        Assert.True(clean is { Outcome: ScanOutcome.Clean, Required: 5 }, clean.ToString());
        var spam = await ScanAsync(scanner, Gtube);
        Assert.Equal(ScanOutcome.Junk, spam.Outcome);
        Assert.True(spam.Score > 900);
        Assert.Contains(spam.Symbols, symbol => symbol.Name == "GTUBE");
    }

    [SkippableFact]
    public async Task Rspamd_tells_action_and_symbols()
    {
        Require("rspamd");
        var settings = Write(
            "rspamd.conf",
            $$"""
            options {
              pidfile = "{{folder.FullName}}/pid"; tempdir = "{{folder.FullName}}"; hs_cache_dir = "{{folder.FullName}}"; filters = ""; gtube_patterns = "all";
              url_tld = "/usr/share/rspamd/effective_tld_names.dat"; dns { nameserver = ["127.0.0.1:9"]; timeout = 0.1s; }
            }
            logging { type = "console"; level = "info"; }
            actions { reject = 15; add_header = 6; greylist = 4; }
            worker "normal" { bind_socket = "127.0.0.1:{{port}}"; count = 1; enabled = true; }

            """
        );
        await using var rspamd = await DnsProcess.StartAsync(
            "rspamd",
            "starting normal process",
            "-f",
            "-i",
            "-c",
            settings
        );
        using var scanner = new RspamdScanner(Options, TimeProvider.System);
        var clean = await ScanAsync(scanner, "Hello");
        Assert.True(clean.Outcome == ScanOutcome.Clean, string.Join('\n', clean.Steps));
        var spam = await ScanAsync(scanner, Gtube);
        Assert.Equal((ScanOutcome.Refuse, 15m), (spam.Outcome, spam.Required));
        Assert.Contains(spam.Symbols, symbol => symbol.Name == "GTUBE");
    }

    ScanOptions Options => new(ScanEndpoint.TryParse($"127.0.0.1:{Port}")!) { Timeout = TimeSpan.FromMinutes(1) };

    string Port => port.ToString(CultureInfo.InvariantCulture);

    static void Require(string program) => Skip.If(DnsProcess.Find(program) is null, $"{program} is not installed");

    static Task<ScanVerdict> ScanAsync(IScanner scanner, string text) =>
        scanner.ScanAsync(
            ScanMessage.Of(
                Encoding.ASCII.GetBytes(
                    "Received: from mail.example.com (mail.example.com [192.0.2.7]) by mx.here.example with ESMTP;\r\n"
                        + "\tWed, 4 Mar 2026 11:00:01 +0000\r\nFrom: Ada <ada@example.com>\r\nTo: bob@here.example\r\n"
                        + "Subject: The minutes\r\nDate: Wed, 4 Mar 2026 11:00:00 +0000\r\nMessage-ID: <1@example.com>\r\n"
                        + $"MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n{text}\r\n"
                )
            ),
            Client,
            default
        );

    string Write(string name, string text)
    {
        var path = Path.Combine(folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
