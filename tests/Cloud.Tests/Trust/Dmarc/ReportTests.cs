using System.Net;
using Cloud.Dns;
using Cloud.Tests.Dns;
using Cloud.Trust.Dmarc;

namespace Cloud.Tests.Trust.Dmarc;

public sealed class ReportTests
{
    static readonly DmarcRecord Record = DmarcRecord.TryParse("v=DMARC1; p=none", out var read) ? read : null!;

    static readonly AggregateRow Row = new(
        IPAddress.Parse("192.0.2.1"),
        DmarcPolicy.Reject,
        PolicyOverride.None,
        DkimAligned: false,
        SpfAligned: false,
        "example.com",
        "example.net",
        "example.net/s1=pass",
        "example.net=pass"
    );

    [Theory]
    [InlineData("a@example.com", ReportConsent.Given, "a@example.com")]
    [InlineData("a@reports.example.com", ReportConsent.Given, "a@reports.example.com")]
    [InlineData("a@collector.example", ReportConsent.Given, "a@collector.example")]
    [InlineData("a@else.example", ReportConsent.Given, "b@else.example")]
    [InlineData("a@lies.example", ReportConsent.Given, "a@lies.example")]
    [InlineData("a@victim.example", ReportConsent.Refused, "a@victim.example")]
    [InlineData("a@[192.0.2.1]", ReportConsent.Refused, "a@[192.0.2.1]")]
    [InlineData("a@broken.example", ReportConsent.Unknown, "a@broken.example")]
    public async Task Strangers_get_reports_only_if_they_say_so(string to, ReportConsent consent, string address)
    {
        var dns = new ZoneResolver(
            """
            example.com._report._dmarc.collector.example TXT "v=DMARC1"
            example.com._report._dmarc.else.example      TXT "v=DMARC1; rua=mailto:b@else.example"
            example.com._report._dmarc.lies.example      TXT "v=DMARC1; rua=mailto:b@victim.example"
            example.com._report._dmarc.broken.example    SERVFAIL
            """
        );
        var destination = ReportAddress.ParseList($"mailto:{to}").Single();
        var answer = await new ReportDestinations(dns).AskAsync(DnsName.Parse("example.com"), destination, default);
        Assert.Equal(
            (consent, address),
            (answer.Consent, $"{answer.Address.Address.Local}@{answer.Address.Address.Domain}")
        );
    }

    [Fact]
    public void Messages_of_a_day_are_counted_by_what_they_have_in_common()
    {
        var other = Row with { Disposition = DmarcPolicy.None };
        var one = new DailyAggregate(new(2026, 1, 2), "example.com", Record).Add(Row).Add(Row).Add(other);
        var sum = one.Merge(new DailyAggregate(new(2026, 1, 2), "example.com", Record).Add(Row with { }, 5));
        Assert.Equal(7, sum.Rows[Row]);
        Assert.Equal(1, sum.Rows[other]);
        Assert.Equal(8, sum.Total);
        Assert.Equal(3, one.Total);
    }

    [Fact]
    public void Only_days_and_domains_that_are_the_same_are_merged()
    {
        var one = new DailyAggregate(new(2026, 1, 2), "example.com", Record);
        Assert.Throws<ArgumentException>(() => one.Merge(one with { Day = new(2026, 1, 3) }));
        Assert.Throws<ArgumentException>(() => one.Merge(one with { PolicyDomain = "example.org" }));
    }

    [Fact]
    public void A_flood_of_addresses_is_counted_without_being_kept()
    {
        var day = new DailyAggregate(new(2026, 1, 2), "example.com", Record);
        for (var i = 0; i < DailyAggregate.MaxRows + 5; i++)
            day = day.Add(Row with { Source = new IPAddress(i) });
        Assert.Equal((DailyAggregate.MaxRows, 5, DailyAggregate.MaxRows + 5), (day.Rows.Count, day.Others, day.Total));
    }
}
