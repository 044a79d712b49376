using Cloud.Dns;
using Cloud.Tests.Dns;
using Cloud.Trust.Dane;

namespace Cloud.Tests.Trust.Dane;

public sealed class DaneLookupTests
{
    static readonly string Hash = new('A', 64);
    static readonly string LongHash = new('B', 128);

    static async Task<DaneHost> FindAsync(string zone, string host = "mx.example", bool isSecure = true) =>
        await new DaneLookup(new ZoneResolver(zone)).FindAsync(DnsName.Parse(host), isSecure, default);

    static string Signed(string records) => $"example SECURE\nmx.example A 192.0.2.1\n{records}";

    [Fact]
    public async Task Records_in_a_signed_zone_demand_a_certificate()
    {
        var host = await FindAsync(Signed($"_25._tcp.mx.example TLSA 3 1 1 {Hash}"));
        Assert.Equal(DaneDemand.Authenticate, host.Demand);
        Assert.Equal($"3 1 1 {Hash}", host.Records.Single().Data);
        Assert.Equal("mx.example", host.ServerName);
    }

    [Fact]
    public async Task Nothing_is_asked_where_the_name_itself_is_not_sure()
    {
        var dns = new ZoneResolver(Signed($"_25._tcp.mx.example TLSA 3 1 1 {Hash}"));
        var host = await new DaneLookup(dns).FindAsync(DnsName.Parse("mx.example"), isSecure: false, default);
        Assert.Equal((DaneDemand.Nothing, 0), (host.Demand, dns.Asked.Count));
    }

    [Fact]
    public async Task Without_signed_addresses_the_records_are_not_asked_for()
    {
        var dns = new ZoneResolver($"mx.example A 192.0.2.1\n_25._tcp.mx.example SERVFAIL");
        var host = await new DaneLookup(dns).FindAsync(DnsName.Parse("mx.example"), isSecure: true, default);
        Assert.Equal(DaneDemand.Nothing, host.Demand);
        Assert.DoesNotContain(dns.Asked, asked => asked.Type == RecordType.Tlsa);
    }

    [Theory]
    [InlineData("_25._tcp.mx.example SERVFAIL")]
    [InlineData("mx.example SERVFAIL A")]
    [InlineData("mx.example TIMEOUT AAAA")]
    public async Task A_failed_question_keeps_mail_from_the_host(string fault) =>
        Assert.Equal(DaneDemand.Skip, (await FindAsync(Signed(fault))).Demand);

    [Fact]
    public async Task No_records_demand_nothing() =>
        Assert.Equal(DaneDemand.Nothing, (await FindAsync(Signed(""))).Demand);

    [Theory]
    [InlineData("0 1 1", 64)]
    [InlineData("1 1 1", 64)]
    [InlineData("4 1 1", 64)]
    [InlineData("3 2 1", 64)]
    [InlineData("3 1 3", 64)]
    [InlineData("3 1 1", 62)]
    [InlineData("3 1 2", 64)]
    public async Task Records_that_cannot_be_used_demand_encryption_alone(string numbers, int digits)
    {
        var host = await FindAsync(Signed($"_25._tcp.mx.example TLSA {numbers} {new string('A', digits)}"));
        Assert.Equal((DaneDemand.Encrypt, 0), (host.Demand, host.Records.Count));
    }

    [Fact]
    public async Task The_strongest_digest_counts_alone_beside_whole_values()
    {
        var host = await FindAsync(
            Signed(
                $"""
                _25._tcp.mx.example TLSA 3 1 1 {Hash}
                _25._tcp.mx.example TLSA 3 1 2 {LongHash}
                _25._tcp.mx.example TLSA 3 1 0 01
                _25._tcp.mx.example TLSA 2 1 1 {Hash}
                """
            )
        );
        Assert.Equal(["3 1 2", "3 1 0", "2 1 1"], host.Records.Select(record => record.Data[..5]));
    }

    [Fact]
    public async Task Of_signed_aliases_the_end_comes_first_and_then_the_name_itself()
    {
        const string Aliased = "example SECURE\nend.test SECURE\nmx.example CNAME a.end.test\na.end.test A 192.0.2.1\n";
        var end = await FindAsync(
            $"{Aliased}_25._tcp.a.end.test TLSA 3 1 1 {Hash}\n_25._tcp.mx.example TLSA 3 1 2 {LongHash}"
        );
        Assert.Equal(("a.end.test", "3 1 1"), (end.ServerName, end.Records.Single().Data[..5]));
        var self = await FindAsync($"{Aliased}_25._tcp.mx.example TLSA 3 1 2 {LongHash}");
        Assert.Equal(("mx.example", "3 1 2"), (self.ServerName, self.Records.Single().Data[..5]));
    }

    [Fact]
    public async Task Of_a_signed_alias_to_an_unsigned_name_only_the_alias_counts()
    {
        var host = await FindAsync(
            $"""
            example SECURE
            mx.example CNAME a.end.test
            a.end.test A 192.0.2.1
            _25._tcp.a.end.test TLSA 3 1 1 {Hash}
            _25._tcp.mx.example TLSA 3 1 2 {LongHash}
            """
        );
        // The fake tells the alias alone by its own type.
        Assert.Equal(DaneDemand.Authenticate, host.Demand);
        Assert.Equal("mx.example", host.ServerName);
    }
}
