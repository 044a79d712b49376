using System.Net;
using Cloud.Api.WellKnown;
using Cloud.Trust.MtaSts;

namespace Cloud.Tests.Api.WellKnown;

public sealed class DnsRecordsTests
{
    static readonly DnsPlan Plan = new(["example.org", "example.net"], "mail.example.org")
    {
        IPv4 = IPAddress.Parse("192.0.2.25"),
        IPv6 = IPAddress.Parse("2001:db8::25"),
    };

    [Fact]
    public void Each_domain_gets_its_own_and_the_server_gets_one_address()
    {
        var records = DnsRecords.For(Plan);
        Assert.Equal(["192.0.2.25", "2001:db8::25"], Data(records, "mail.example.org.", "A", "AAAA"));
        foreach (var domain in Plan.Domains)
        {
            Assert.Equal(["10 mail.example.org."], Data(records, $"{domain}.", "MX"));
            Assert.Equal(["\"v=spf1 mx -all\""], Data(records, $"{domain}.", "TXT"));
            Assert.Equal(["0 1 993 mail.example.org."], Data(records, $"_imaps._tcp.{domain}.", "SRV"));
            Assert.Equal(["0 1 465 mail.example.org."], Data(records, $"_submissions._tcp.{domain}.", "SRV"));
            Assert.Equal(["10 1 587 mail.example.org."], Data(records, $"_submission._tcp.{domain}.", "SRV"));
            Assert.Equal(["10 1 143 mail.example.org."], Data(records, $"_imap._tcp.{domain}.", "SRV"));
            Assert.Equal(["20 1 995 mail.example.org."], Data(records, $"_pop3s._tcp.{domain}.", "SRV"));
            Assert.Equal(
                [$"\"v=DMARC1; p=none; rua=mailto:postmaster@{domain}\""],
                Data(records, $"_dmarc.{domain}.", "TXT")
            );
            Assert.Equal(
                [$"\"v=TLSRPTv1; rua=mailto:postmaster@{domain}\""],
                Data(records, $"_smtp._tls.{domain}.", "TXT")
            );
        }
    }

    [Fact]
    public void A_smarthost_may_send_too() =>
        Assert.Equal(
            ["\"v=spf1 mx include:spf.relay.test -all\""],
            Data(DnsRecords.For(Plan with { SpfIncludes = ["spf.relay.test"] }), "example.org.", "TXT")
        );

    [Fact]
    public void Where_mail_leaves_by_hosts_that_are_not_named_the_record_does_not_forbid_it() =>
        Assert.Equal(
            ["\"v=spf1 mx ~all\""],
            Data(DnsRecords.For(Plan with { SpfSoftFail = true }), "example.org.", "TXT")
        );

    [Fact]
    public void A_long_text_is_cut_into_strings_of_255()
    {
        var many = Enumerable.Range(0, 20).Select(i => $"relay-number-{i}.example.test").ToArray();
        var text = Data(DnsRecords.For(Plan with { SpfIncludes = many }), "example.org.", "TXT").Single();
        var parts = text.Split('"', StringSplitOptions.RemoveEmptyEntries).Where(part => part != " ").ToArray();
        Assert.True(parts.Length > 1);
        Assert.All(parts, part => Assert.InRange(part.Length, 1, 255));
        Assert.EndsWith("-all", string.Concat(parts));
    }

    [Theory]
    [InlineData("192.0.2.25", "25.2.0.192.in-addr.arpa.")]
    [InlineData("2001:db8::25", "5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa.")]
    public void An_address_is_written_backwards(string address, string name) =>
        Assert.Equal(name, DnsRecords.ReverseName(IPAddress.Parse(address)));

    [Fact]
    public void Nobody_is_told_to_publish_what_does_not_work_yet()
    {
        var pending = DnsRecords.For(Plan).Where(record => record.Pending is not null).ToList();
        Assert.Equal(["PTR", "TXT"], pending.Select(record => record.Type).Distinct().Order(StringComparer.Ordinal));
        var lines = ZoneFile.Write(DnsRecords.For(Plan)).Split('\n');
        foreach (var record in pending)
            Assert.Contains(lines, line => line.StartsWith($"; {record.Name} ", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.StartsWith("cloud._domainkey", StringComparison.Ordinal));
    }

    [Fact]
    public void Pages_are_announced_where_they_can_be_served_and_nowhere_else()
    {
        string[] names = ["_mta-sts", "autoconfig", "autodiscover", "mta-sts"];
        foreach (var pages in new[] { true, false })
        {
            var records = DnsRecords.For(Plan with { Pages = pages });
            var found = records.Where(record => names.Any(name => record.Name == $"{name}.example.org.")).ToList();
            Assert.Equal(names, found.Select(record => record.Name.Split('.')[0]).Order(StringComparer.Ordinal));
            Assert.All(found, record => Assert.Equal(pages, record.Pending is null));
        }
    }

    [Fact]
    public void Another_policy_has_another_id()
    {
        var ids = Enum.GetValues<StsMode>()
            .Select(mode => Data(DnsRecords.For(Plan with { StsMode = mode }), "_mta-sts.example.org.", "TXT").Single())
            .Append(
                Data(DnsRecords.For(Plan with { Host = "mx.example.org" }), "_mta-sts.example.org.", "TXT").Single()
            )
            .ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.All(ids, id => Assert.True(MtaStsRecord.TryParse(id.Trim('"'), out _), id));
    }

    [Fact]
    public void A_zone_file_has_one_absolute_record_a_line()
    {
        var lines = ZoneFile.Write(DnsRecords.For(Plan)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var records = lines.Where(line => line[0] != ';').ToList();
        Assert.Contains("example.org. 3600 IN MX 10 mail.example.org.", records);
        Assert.All(records, line => Assert.Matches(@"^\S+\. 3600 IN (A|AAAA|MX|TXT|SRV|CNAME) \S", line));
    }

    static string[] Data(IEnumerable<DnsRecord> records, string name, params string[] types) =>
        [.. records.Where(record => record.Name == name && types.Contains(record.Type)).Select(record => record.Data)];
}
