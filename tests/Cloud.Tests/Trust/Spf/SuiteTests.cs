using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Cloud.Dns;
using Cloud.Tests.Dns;
using Cloud.Tests.Fakes;
using Cloud.Tests.Repository;
using Cloud.Trust.Spf;

namespace Cloud.Tests.Trust.Spf;

/// <summary>The public test suite of RFC 7208, all of it. Where it allows several results, any of them is right.</summary>
public sealed class SuiteTests
{
    /// <summary>What the suite calls the explanation where the domain gives none.</summary>
    const string NoExplanation = "DEFAULT";

    static readonly JsonDocument Suite = JsonDocument.Parse(
        Source.Read("tests/Cloud.Tests/Trust/Data/spf/rfc7208-tests.json")
    );

    static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public static TheoryData<string, string> Names
    {
        get
        {
            var names = new TheoryData<string, string>();
            foreach (var section in Suite.RootElement.EnumerateArray())
            foreach (var test in section.GetProperty("tests").EnumerateArray())
                names.Add(Text(section, "description"), Text(test, "name"));
            return names;
        }
    }

    [Fact]
    public void All_of_the_suite_is_here() => Assert.Equal(203, Names.Count);

    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_suite_agrees(string description, string name)
    {
        var section = Suite.RootElement.EnumerateArray().First(s => Text(s, "description") == description);
        var test = section.GetProperty("tests").EnumerateArray().First(t => Text(t, "name") == name);
        var spf = new SpfVerifier(Zone(section.GetProperty("zone")), new ManualClock(Now));
        var client = new SpfClient(IPAddress.Parse(Text(test, "host")), Text(test, "helo"), "receiver.example");

        var verdict = await spf.CheckMailFromAsync(client, Text(test, "mailfrom"), default);

        var allowed = test.GetProperty("results").EnumerateArray().Select(result => result.GetString());
        Assert.True(
            allowed.Contains(verdict.Result.ToText()),
            $"{verdict}, not {string.Join(" or ", allowed)}:\n{string.Join('\n', verdict.Steps)}"
        );
        if (test.GetProperty("explanation").GetString() is { } explanation)
            Assert.Equal(explanation == NoExplanation ? null : explanation, verdict.Explanation);
    }

    /// <summary>Records of type SPF stand for TXT where a name has none; TIMEOUT is what all else at the name comes to.</summary>
    static ZoneResolver Zone(JsonElement zone)
    {
        var resolver = new ZoneResolver();
        foreach (var entry in zone.EnumerateObject())
        {
            var name = Name(entry.Name);
            var records = entry.Value.EnumerateArray().Select(r => (Type: Text(r, "type"), Data: Data(r))).ToArray();
            var hasTxt = Array.Exists(records, record => record.Type == "TXT");
            var types = new HashSet<string>();
            foreach (var (type, data) in records)
            {
                if (type == "TIMEOUT" || type == "SPF" && hasTxt || data is ["NONE"])
                    continue;
                var record = Record(name, type, data);
                types.Add(record.Type.ToText());
                resolver.Add(record);
            }

            if (Array.Exists(records, record => record.Type == "TIMEOUT"))
            {
                foreach (var type in new[] { "TXT", "A", "AAAA", "MX", "PTR" }.Except(types))
                    resolver.Fail(name, "TIMEOUT", type);
            }
        }

        return resolver;
    }

    static ResourceRecord Record(DnsName name, string type, string[] data) =>
        type switch
        {
            "SPF" or "TXT" => new TxtRecord(name, default, new(Encoding.Latin1.GetBytes(string.Concat(data)))),
            "A" or "AAAA" => new AddressRecord(name, default, IPAddress.Parse(data[0])),
            "MX" => new MxRecord(name, default, ushort.Parse(data[0], CultureInfo.InvariantCulture), Name(data[1])),
            "PTR" => new PtrRecord(name, default, Name(data[0])),
            "CNAME" => new CnameRecord(name, default, Name(data[0])),
            _ => throw new FormatException($"Not a type: {type}"),
        };

    static DnsName Name(string text)
    {
        if (text.Length == 0)
            return DnsName.Root;
        return DnsName.TryFromOctets(Encoding.Latin1.GetBytes(text), out var name)
            ? name
            : throw new FormatException($"Not a name: {text}");
    }

    static string[] Data(JsonElement record) =>
        [.. record.GetProperty("data").EnumerateArray().Select(item => item.GetString()!)];

    static string Text(JsonElement element, string property) => element.GetProperty(property).GetString()!;
}
