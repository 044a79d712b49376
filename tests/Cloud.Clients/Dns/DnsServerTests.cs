using Cloud.Dns;
using Cloud.Store.Ports;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cloud.Clients.Dns;

/// <summary>The resolver against NSD, unbound and dnsmasq.</summary>
public sealed class DnsServerTests(DnsWorld world) : IClassFixture<DnsWorld>
{
    static readonly string[] ServerNames = ["nsd", "unbound", "dnsmasq"];

    static readonly (string Name, RecordType Type, string Answer)[] Questions =
    [
        ("mail", RecordType.A, "A mail.zones.test: 192.0.2.1, 192.0.2.2"),
        ("MAIL", RecordType.Aaaa, "AAAA mail.zones.test: 2001:db8::1"),
        ("", RecordType.Mx, "MX zones.test: 10 mail.zones.test, 20 backup.zones.test"),
        ("null", RecordType.Mx, "MX null.zones.test: 0 ."),
        ("", RecordType.Txt, "TXT zones.test: \"v=spf1 ip4:192.0.2.0/24 -all\""),
        ("odd", RecordType.Txt, @"TXT odd.zones.test: ""\000\255 \""quoted\"" \\ ;"""),
        ("1.2.0.192.reverse", RecordType.Ptr, "PTR 1.2.0.192.reverse.zones.test: mail.zones.test"),
        ("", RecordType.Ns, "NS zones.test: ns.zones.test"),
        ("", RecordType.Soa, "SOA zones.test: ns.zones.test hostmaster.zones.test 7 3600 600 86400 60"),
        ("_imaps._tcp", RecordType.Srv, "SRV _imaps._tcp.zones.test: 0 1 993 mail.zones.test"),
        (
            "_25._tcp.mail",
            RecordType.Tlsa,
            "TLSA _25._tcp.mail.zones.test: 3 1 1 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
        ),
        ("", RecordType.Caa, "CAA zones.test: 128 issue \"ca.example; validationmethods=dns-01\""),
        ("", (RecordType)65280, @"TYPE65280 zones.test: \# 3 0A0B0C"),
        ("alias4", RecordType.Cname, "CNAME alias4.zones.test: mail.zones.test"),
        ("alias1", RecordType.Aaaa, "AAAA mail.zones.test: 2001:db8::1"),
        ("alias1", RecordType.Txt, "TXT mail.zones.test: no data"),
        ("dead", RecordType.A, "A nowhere.zones.test: no such name"),
        ("any.thing.wild", RecordType.A, "A any.thing.wild.zones.test: 192.0.2.10"),
        ("any.thing.wild", RecordType.Mx, "MX any.thing.wild.zones.test: no data"),
        ("empty", RecordType.A, "A empty.zones.test: no data"),
        ("nowhere", RecordType.A, "A nowhere.zones.test: no such name"),
        ("bücher", RecordType.A, "A xn--bcher-kva.zones.test: 192.0.2.11"),
    ];

    public static TheoryData<string> Servers => [.. ServerNames];

    public static TheoryData<string, string, RecordType, string> Asked
    {
        get
        {
            var rows = new TheoryData<string, string, RecordType, string>();
            foreach (var server in ServerNames)
            {
                foreach (var (name, type, answer) in Questions)
                    rows.Add(server, name, type, answer);
            }

            return rows;
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Asked))]
    public async Task A_question_is_answered(string server, string name, RecordType type, string expected)
    {
        await using var resolver = Resolver(server);
        var answer = await resolver.QueryAsync(Name(name), type, default);
        // Records of a set come in any order.
        var records = answer.Records.Select(record => record.Data).Order(StringComparer.Ordinal);
        var text = answer.IsAnswer
            ? $"{answer.ToString().Split(' ')[0]} {answer.Name}: {string.Join(", ", records)}"
            : answer.ToString();
        Assert.Equal(expected, text, ignoreCase: true);
        Assert.InRange(answer.TimeToLive, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(300));
    }

    [SkippableTheory]
    [MemberData(nameof(Servers))]
    public async Task An_answer_that_is_too_long_for_udp_comes_over_tcp(string server)
    {
        await using var resolver = Resolver(server);
        var answer = await resolver.TxtAsync(Name("big"), default);
        var text = Assert.Single(answer.Records).Text.ToLatin1();
        Assert.Equal(DnsWorld.BigText, text.Length);
        Assert.Equal(new string('a', 250) + "b", text[..251]);
    }

    [SkippableTheory]
    [MemberData(nameof(Servers))]
    public async Task Many_questions_at_a_time_are_answered(string server)
    {
        await using var resolver = Resolver(server);
        const int most = 140; // dnsmasq refuses what is more than 150 at a time
        var asked = Enumerable.Range(0, most).Select(i => resolver.AAsync(Name($"n{i}.wild"), default).AsTask());
        foreach (var answer in await Task.WhenAll(asked))
            Assert.Equal("192.0.2.10", Assert.Single(answer.Records).Data);
    }

    [SkippableTheory]
    [MemberData(nameof(Servers))]
    public async Task Aliases_in_a_loop_are_a_failure(string server)
    {
        await using var resolver = Resolver(server);
        Assert.True((await resolver.AAsync(Name("loop1"), default)).IsFailure);
    }

    [SkippableTheory]
    [InlineData("nsd")]
    [InlineData("dnsmasq")]
    public async Task A_zone_that_a_server_has_nothing_to_do_with_is_a_failure(string server)
    {
        await using var resolver = Resolver(server);
        var answer = await resolver.QueryAsync(DnsName.Parse("example.org"), RecordType.A, default);
        Assert.StartsWith("REFUSED", answer.Reason, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("unbound", true, true)]
    [InlineData("unbound", false, false)]
    [InlineData("nsd", true, false)]
    [InlineData("dnsmasq", true, false)]
    public async Task Only_a_trusted_server_that_validates_makes_answers_authenticated(
        string server,
        bool isTrusted,
        bool isAuthenticated
    )
    {
        await using var resolver = Resolver(server, isTrusted);
        Assert.Equal(isAuthenticated, (await resolver.TlsaAsync(Name("_25._tcp.mail"), default)).Authenticated);
        Assert.Equal(isAuthenticated, (await resolver.TlsaAsync(Name("nowhere"), default)).Authenticated);
    }

    static DnsName Name(string name) => DnsName.Parse(name.Length > 0 ? $"{name}.{DnsWorld.Zone}" : DnsWorld.Zone);

    Resolver Resolver(string server, bool isTrusted = false)
    {
        DnsWorld.Require();
        var settings = new DnsSettings { Servers = [world.Servers[server]], TrustAuthenticated = isTrusted };
        return new(settings, TimeProvider.System, Entropy.System, NullLogger.Instance);
    }
}
