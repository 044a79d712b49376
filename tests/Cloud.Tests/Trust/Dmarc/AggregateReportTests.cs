using System.Net;
using System.Text;
using Cloud.Mail;
using Cloud.Trust.Dmarc;

namespace Cloud.Tests.Trust.Dmarc;

public sealed class AggregateReportTests
{
    static readonly DmarcRecord Record = DmarcRecord.TryParse(
        "v=DMARC1; p=reject; sp=none; adkim=s; pct=50; fo=1:d; rua=mailto:a@owner.test!10m,mailto:b@owner.test",
        out var read
    )
        ? read
        : null!;

    static readonly AggregateRow Passed = new(
        IPAddress.Parse("192.0.2.1"),
        DmarcPolicy.None,
        PolicyOverride.None,
        DkimAligned: true,
        SpfAligned: false,
        "owner.test",
        "bounce.owner.test",
        "esp.test/k2=fail owner.test/s1=pass",
        "mfrom:bounce.owner.test=pass"
    );

    static readonly AggregateRow Refused = new(
        IPAddress.Parse("2001:db8::1"),
        DmarcPolicy.Quarantine,
        PolicyOverride.LocalPolicy,
        DkimAligned: false,
        SpfAligned: false,
        "sub.owner.test",
        "",
        "",
        "helo:mail.stranger.test=softfail"
    );

    static DailyAggregate Day =>
        new DailyAggregate(new(2026, 1, 1), "owner.test", Record).Add(Passed, 41).Add(Refused).Add(Refused);

    static string Xml(DailyAggregate day) =>
        Encoding.UTF8.GetString(Octets(day, "Räuber & Söhne <x>", DailyAggregate.MaxRows));

    static byte[] Octets(DailyAggregate day, string organization, int maxRows)
    {
        using var octets = new MemoryStream();
        AggregateXml.Write(octets, day, organization, "postmaster@us.test", "id1", maxRows);
        return octets.ToArray();
    }

    static AggregateReport? Read(string xml) => AggregateReader.Read(Encoding.UTF8.GetBytes(xml));

    [Fact]
    public void What_we_report_can_be_read_again()
    {
        var report = Read(Xml(Day))!;
        Assert.Equal(("id1", "owner.test", DmarcPolicy.Reject), (report.Id, report.Domain, report.Policy));
        Assert.Equal("R?uber & S?hne <x>", report.Organization); // for a terminal
        Assert.Equal(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), report.Begin);
        Assert.Equal(new DateTimeOffset(2026, 1, 1, 23, 59, 59, TimeSpan.Zero), report.End);
        Assert.Equal((43, 41), (report.Total, report.Passed));
        Assert.Equal(
            [
                new(Passed.Source, 41, DmarcPolicy.None, true, false, "owner.test"),
                new(Refused.Source, 2, DmarcPolicy.Quarantine, false, false, "sub.owner.test"),
            ],
            report.Records
        );
    }

    [Fact]
    public void A_report_says_what_was_checked_and_why_less_was_done()
    {
        var xml = string.Concat(Xml(Day).Split('\n').Select(line => line.Trim()));
        Assert.Contains(
            "<domain>owner.test</domain><adkim>s</adkim><aspf>r</aspf><p>reject</p><sp>none</sp><pct>50</pct><fo>1:d</fo>",
            xml
        );
        Assert.Contains("<dkim><domain>owner.test</domain><selector>s1</selector><result>pass</result></dkim>", xml);
        Assert.Contains("<reason><type>local_policy</type><comment /></reason>", xml);
        Assert.Contains("<domain>mail.stranger.test</domain><scope>helo</scope><result>softfail</result>", xml);
        Assert.Contains(
            "<envelope_from></envelope_from><header_from>sub.owner.test</header_from>",
            xml.Replace("<envelope_from />", "<envelope_from></envelope_from>")
        );
    }

    [Fact]
    public void Of_too_many_rows_those_of_most_messages_are_told()
    {
        var report = AggregateReader.Read(Octets(Day, "us", maxRows: 1))!;
        Assert.Equal(41, Assert.Single(report.Records).Count);
    }

    [Theory]
    [InlineData(AggregateSamples.Search, "search.example", 15, 12, 2)]
    [InlineData(AggregateSamples.Office, "Office.example", 5, 0, 1)]
    [InlineData(AggregateSamples.Portal, "Portal", 7, 7, 1)]
    [InlineData(AggregateSamples.Second, "Second <Edition>", 1, 1, 1)]
    public void Reports_of_others_are_read(string xml, string organization, long total, long passed, int records)
    {
        var report = Read(xml)!;
        Assert.Equal((organization, "example.test"), (report.Organization, report.Domain));
        Assert.Equal((total, passed, records), (report.Total, report.Passed, report.Records.Count));
        Assert.Equal(1767225600, report.Begin.ToUnixTimeSeconds());
    }

    [Theory]
    [InlineData("<!DOCTYPE feedback [<!ENTITY x \"y\">]>")]
    [InlineData("<!DOCTYPE feedback SYSTEM \"http://127.0.0.1/x.dtd\">")]
    public void A_document_type_is_refused(string type)
    {
        Assert.NotNull(Read(AggregateSamples.Portal));
        Assert.Null(Read(AggregateSamples.Portal.Replace("<feedback>", type + "<feedback>")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("<feedback/>")]
    [InlineData("<feedback><policy_published><domain>a.test</domain></policy_published></feedback>")]
    [InlineData("<html><body>report</body></html>")]
    [InlineData("no XML at all")]
    public void What_is_no_report_is_none(string text) => Assert.Null(Read(text));

    [Fact]
    public void Elements_without_end_inside_each_other_are_refused() =>
        Assert.Null(Read(string.Concat(Enumerable.Repeat("<feedback>", 100_000))));

    [Fact]
    public void Counts_that_would_overflow_are_cut()
    {
        var report = Read(AggregateSamples.Search.Replace("<count>3</count>", $"<count>{long.MaxValue}</count>"))!;
        Assert.InRange(report.Total, 12, 2_000_000_000_000);
    }

    [Fact]
    public void Counts_come_back_as_they_were_packed()
    {
        var day = Day with { Others = 5 };
        var again = AggregateCodec.Unpack(AggregateCodec.Pack(day))!;
        Assert.Equal((day.Day, day.PolicyDomain, day.Others), (again.Day, again.PolicyDomain, again.Others));
        Assert.Equal(day.Rows.OrderBy(row => row.Value), again.Rows.OrderBy(row => row.Value));
        Assert.Equal(
            [new(EmailAddress.TryParse("a@owner.test")!, 10 << 20), new(EmailAddress.TryParse("b@owner.test")!, null)],
            again.Record.AggregateReports
        );
        Assert.Equal(Xml(day), Xml(again));
    }

    [Fact]
    public void A_row_that_cannot_be_read_is_counted_and_costs_the_others_nothing()
    {
        var endless = Passed with { Dkim = new string('x', 5000) };
        var again = AggregateCodec.Unpack(AggregateCodec.Pack(Day.Add(endless, 7)))!;
        Assert.Equal((50, 7, 2), (again.Total, again.Others, again.Rows.Count));
    }

    [Fact]
    public void What_is_too_long_for_one_is_packed_in_parts_and_long_names_have_a_bound()
    {
        var random = new Random(1);
        var day = new DailyAggregate(new(2026, 1, 1), "owner.test", Record);
        for (var i = 0; i < DailyAggregate.MaxRows; i++)
        {
            var name = string.Concat(Enumerable.Range(0, 250).Select(_ => (char)random.Next('!', '~')));
            day = day.Add(Passed with { EnvelopeFrom = name, Spf = name, Dkim = name + name });
        }
        Assert.InRange(day.Octets, DailyAggregate.MaxOctets / 2, DailyAggregate.MaxOctets);
        Assert.Equal(DailyAggregate.MaxRows, day.Total);
        Assert.True(day.Others > 0);
        var parts = AggregateCodec.PackAll(day).Select(part => AggregateCodec.Unpack(part)!).ToList();
        Assert.True(parts.Count > 1);
        var sum = parts.Aggregate((all, next) => all.Merge(next));
        Assert.Equal((day.Total, day.Others, day.Rows.Count), (sum.Total, sum.Others, sum.Rows.Count));
    }

    [Fact]
    public void Damaged_counts_are_none()
    {
        var packed = AggregateCodec.Pack(Day);
        Assert.Null(AggregateCodec.Unpack(packed.AsSpan(..^5)));
        Assert.Null(AggregateCodec.Unpack([]));
        Assert.Null(AggregateCodec.Unpack(new byte[AggregateCodec.MaxPacked + 1]));
    }
}
