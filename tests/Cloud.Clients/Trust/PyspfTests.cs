using System.Globalization;
using System.Net;
using Cloud.Tests.Dns;
using Cloud.Trust.Spf;

namespace Cloud.Clients.Trust;

/// <summary>Debian's python3-spf says the same of senders, in a world of records at random.</summary>
public sealed class PyspfTests : IDisposable
{
    const int Domains = 40;
    const int Cases = 2000;

    readonly Random random = new(7208);
    readonly string home = Directory.CreateTempSubdirectory("cloud-spf-").FullName;

    public void Dispose() => Directory.Delete(home, recursive: true);

    [SkippableFact]
    public async Task It_and_we_agree_on_a_world_of_senders()
    {
        Tool.Require("python3");
        var (exitCode, _) = await Tool.TryAsync(home, Tool.Python, "-c", "import spf");
        Skip.If(exitCode != 0, "python3-spf is not installed");

        var zone = Enumerable.Range(0, Domains).SelectMany(DomainLines).ToArray();
        var cases = Enumerable.Range(0, Cases).Select(_ => Case()).ToArray();
        await File.WriteAllLinesAsync(At("zone"), zone);
        await File.WriteAllLinesAsync(At("cases"), cases);
        var told = await Tool.PythonAsync(home, "spf_check.py", At("zone"), At("cases"));
        var theirs = told.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(Cases, theirs.Length);

        var spf = new SpfVerifier(new ZoneResolver(string.Join('\n', zone)), TimeProvider.System);
        var differences = new List<string>();
        var results = new HashSet<SpfResult>();
        for (var i = 0; i < Cases; i++)
        {
            var words = cases[i].Split(' ');
            var client = new SpfClient(IPAddress.Parse(words[0]), words[2]);
            var ours = await spf.CheckMailFromAsync(client, words[1], default);
            results.Add(ours.Result);
            if (ours.Result.ToText() != theirs[i])
                differences.Add($"{cases[i]}: {theirs[i]}, not {ours}\n{string.Join('\n', ours.Steps)}");
        }

        Assert.True(differences.Count == 0, $"{differences.Count} differ:\n{string.Join("\n\n", differences.Take(5))}");
        Assert.Equal(6, results.Count); // All but temporary errors.
    }

    /// <summary>Each domain has an address, so that no look-up of one is void: how those are counted is left open.</summary>
    IEnumerable<string> DomainLines(int index)
    {
        var name = Name(index);
        yield return $"{name} A {Address()}";
        yield return $"{name} AAAA {Address6()}";
        for (var i = 0; i <= random.Next(3); i++)
            yield return $"{name} MX {i} {Name(random.Next(Domains))}";
        yield return $"*.{name} A 127.0.0.2";
        if (index % 10 == 9)
            yield break; // Says nothing.
        yield return $"{name} TXT \"v=spf1{string.Concat(Enumerable.Range(0, random.Next(1, 6)).Select(_ => " " + Term()))}{End()}\"";
        if (index % 10 == 8)
            yield return $"{name} TXT \"v=spf1 -all\""; // One too many.
    }

    string Term()
    {
        var other = Name(random.Next(Domains));
        return One("", "", "", "", "+", "-", "~", "?")
            + One(
                "a",
                "mx",
                $"a:{other}",
                $"a:{other}/{random.Next(20, 33)}",
                $"mx:{other}//{random.Next(30, 129)}",
                $"mx/{random.Next(20, 33)}//64",
                $"ip4:{Address()}",
                $"ip4:192.0.2.0/{random.Next(22, 33)}",
                $"ip6:{Address6()}/{random.Next(100, 129)}",
                $"include:{other}",
                $"include:{other}",
                $"exists:%{{l}}.{other}",
                "exists:%{ir}.%{v}.%{d2}",
                $"a:%{{h}}",
                "ip4:192.0.2.300",
                "a:%{q}"
            );
    }

    string End() =>
        One(" -all", " ~all", " ?all", "", $" redirect={Name(random.Next(Domains))}", " x=y -all", " -all extra");

    string Case() =>
        $"{One(Address(), Address(), Address6())} {One("ada", "b-o-b", "c+d")}@{Name(random.Next(Domains))} {Name(random.Next(Domains))}";

    string One(params ReadOnlySpan<string> choices) => choices[random.Next(choices.Length)];

    string Address() => string.Create(CultureInfo.InvariantCulture, $"192.0.2.{random.Next(16)}");

    string Address6() => string.Create(CultureInfo.InvariantCulture, $"2001:db8::{random.Next(1, 10)}");

    static string Name(int index) => string.Create(CultureInfo.InvariantCulture, $"d{index}.test");

    string At(string name) => Path.Combine(home, name);
}
