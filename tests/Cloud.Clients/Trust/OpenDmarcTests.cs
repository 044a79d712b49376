using Cloud.Dns;
using Cloud.Tests.Dns;
using Cloud.Trust.Dmarc;

namespace Cloud.Clients.Trust;

/// <summary>Debian's libopendmarc does the same with messages.</summary>
public sealed class OpenDmarcTests : IDisposable
{
    /// <summary>Domains with records of their own, below such, and without; no strict alignment: libopendmarc 1.4 takes it for relaxed.</summary>
    static readonly string[] Zone =
    [
        "_dmarc.example.org v=DMARC1; p=reject; sp=quarantine",
        "_dmarc.example.net v=DMARC1; p=quarantine",
        "_dmarc.own.example.net v=DMARC1; p=none",
        "_dmarc.example.co.uk v=DMARC1;p=reject;sp=none;rua=mailto:a@example.co.uk",
        "_dmarc.example.city.kobe.jp v=DMARC1; p=quarantine; unknown=tag",
        "_dmarc.bad.example v=DMARC2; p=reject",
    ];

    static readonly string[] Names =
    [
        "example.org",
        "sub.example.org",
        "deep.sub.example.org",
        "example.net",
        "own.example.net",
        "sub.own.example.net",
        "example.co.uk",
        "mail.example.co.uk",
        "other.co.uk",
        "example.city.kobe.jp",
        "a.example.city.kobe.jp",
        "bad.example",
        "nothing.example",
    ];

    readonly string home = Directory.CreateTempSubdirectory("cloud-dmarc-").FullName;

    public void Dispose() => Directory.Delete(home, recursive: true);

    [SkippableFact]
    public async Task It_and_we_do_the_same_with_all_pairs_of_domains()
    {
        Tool.Require("python3");
        var (exitCode, _) = await Tool.TryAsync(
            home,
            Tool.Python,
            "-c",
            "import ctypes; ctypes.CDLL('libopendmarc.so.2')"
        );
        Skip.If(exitCode != 0, "libopendmarc2 is not installed");

        var cases = Cases().ToArray();
        await File.WriteAllLinesAsync(
            At("suffixes"),
            ["com", "org", "net", "example", "uk", "co.uk", "jp", "*.kobe.jp", "!city.kobe.jp"]
        );
        await File.WriteAllLinesAsync(At("zone"), Zone);
        await File.WriteAllLinesAsync(At("cases"), cases);
        var told = await Tool.PythonAsync(home, "dmarc_check.py", At("suffixes"), At("zone"), At("cases"));
        var theirs = told.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(cases.Length, theirs.Length);

        var dns = new ZoneResolver(
            string.Join('\n', Zone.Select(Record))
                + '\n'
                + string.Join('\n', Names.Select(name => $"{name} A 192.0.2.1"))
        );
        var dmarc = new DmarcVerifier(dns, TimeProvider.System);
        var differences = new List<string>();
        for (var i = 0; i < cases.Length; i++)
        {
            var verdict = await dmarc.CheckAsync(Input(cases[i].Split(' ')), default);
            var ours = verdict.Result switch
            {
                DmarcResult.None => "absent",
                DmarcResult.Pass => "pass",
                _ => verdict.Disposition.ToString().ToLowerInvariant(),
            };
            if (ours != theirs[i])
                differences.Add($"{cases[i]}: {theirs[i]}, not {verdict}");
        }

        Assert.True(
            differences.Count == 0,
            $"{differences.Count} of {cases.Length} differ:\n{string.Join('\n', differences.Take(20))}"
        );
    }

    /// <summary>Each domain as author, with each as that of SPF or DKIM, passed and failed.</summary>
    static IEnumerable<string> Cases()
    {
        foreach (var author in Names)
        {
            foreach (var other in Names)
            {
                yield return $"{author} {other} 1 - 2";
                yield return $"{author} - 2 {other} 1";
                yield return $"{author} {other} 2 {other} 2";
            }
        }
    }

    static DmarcInput Input(string[] words) =>
        new(
            [System.Text.Encoding.ASCII.GetBytes($" ada@{words[0]}\r\n")],
            words[1] == "-" ? null : DnsName.Parse(words[1]),
            words[2] == "1",
            words[3] == "-" ? [] : [new(DnsName.Parse(words[3]), words[4] == "1")]
        );

    static string Record(string line) => $"{line.Split(' ')[0]} TXT \"{line.Split(' ', 2)[1]}\"";

    string At(string name) => Path.Combine(home, name);
}
