using System.Text;
using Cloud.Store.Ports;
using Cloud.Trust.MtaSts;
using Cloud.Trust.TlsRpt;

namespace Cloud.Tests.Trust.TlsRpt;

public sealed class TlsReportTests
{
    static readonly DateOnly Day = new(2026, 4, 1);

    static readonly TlsPolicySeen Policy = TlsPolicySeen.Of(
        new MtaStsPolicy(MtaStsMode.Testing, TimeSpan.FromDays(1), ["*.mail.example.com"])
    );

    static readonly TlsFailureSeen Expired = new(
        TlsFailure.CertificateExpired,
        "2001:db8:abcd:12::1",
        "mx1.mail.example.com",
        "192.0.2.1",
        ""
    );

    static TlsDay Example() =>
        new TlsDay(Day, "example.com")
            .AddSuccess(Policy, 5326)
            .AddFailure(Policy, Expired, 100)
            .AddFailure(Policy, Expired with { Result = TlsFailure.StartTlsNotSupported }, 200)
            .AddSuccess(TlsPolicySeen.Nothing);

    [Fact]
    public void A_report_has_the_form_of_the_standard()
    {
        var json = Encoding.UTF8.GetString(
            TlsReport.Of(Example(), "Company-X", "sts-reporting@company-x.example", "5065427c").ToJson()
        );
        Assert.Equal(
            """
            {"organization-name":"Company-X",
            "date-range":{"start-datetime":"2026-04-01T00:00:00Z","end-datetime":"2026-04-01T23:59:59Z"},
            "contact-info":"sts-reporting@company-x.example","report-id":"5065427c",
            "policies":[
            {"policy":{"policy-type":"no-policy-found","policy-domain":"example.com"},
            "summary":{"total-successful-session-count":1,"total-failure-session-count":0},"failure-details":[]},
            {"policy":{"policy-type":"sts",
            "policy-string":["version: STSv1","mode: testing","mx: *.mail.example.com","max_age: 86400"],
            "policy-domain":"example.com","mx-host":["*.mail.example.com"]},
            "summary":{"total-successful-session-count":5326,"total-failure-session-count":300},
            "failure-details":[
            {"result-type":"starttls-not-supported","sending-mta-ip":"2001:db8:abcd:12::1",
            "receiving-mx-hostname":"mx1.mail.example.com","receiving-ip":"192.0.2.1","failed-session-count":200},
            {"result-type":"certificate-expired","sending-mta-ip":"2001:db8:abcd:12::1",
            "receiving-mx-hostname":"mx1.mail.example.com","receiving-ip":"192.0.2.1","failed-session-count":100}]}]}
            """.ReplaceLineEndings(""),
            json
        );
        Assert.True(TlsReport.TryRead(Encoding.UTF8.GetBytes(json), out var read));
        Assert.Equal(json, Encoding.UTF8.GetString(read.ToJson()));
    }

    [Fact]
    public void Days_add_up_in_whichever_order()
    {
        var other = new TlsDay(Day, "example.com").AddFailure(Policy, Expired, 1).AddSuccess(TlsPolicySeen.Nothing, 2);
        foreach (var sum in new[] { Example().Merge(other), other.Merge(Example()) })
        {
            Assert.Equal((5326, 301), (sum.Policies[Policy].Successful, sum.Policies[Policy].Failed));
            Assert.Equal(101, sum.Policies[Policy].Failures[Expired]);
            Assert.Equal(3, sum.Policies[TlsPolicySeen.Nothing].Successful);
        }

        Assert.Throws<ArgumentException>(() => other.Merge(new(Day, "example.net")));
    }

    /// <summary>As much as a hostile domain can have us count.</summary>
    static TlsDay Full()
    {
        var day = new TlsDay(Day, "example.com");
        var long4000 = Enumerable.Repeat(new string('x', 99), 100);
        for (var policy = 0; policy < TlsDay.MaxPolicies + 2; policy++)
        {
            var seen = TlsPolicySeen.Of(TlsPolicyKind.Sts, [$"{policy}", .. long4000], long4000);
            for (var failure = 0; failure < TlsDay.MaxFailures + 3; failure++)
            {
                var host = new string('h', 250) + failure;
                day = day.AddFailure(seen, new(TlsFailure.ValidationFailure, "::1", host, "::2", new string('é', 900)));
            }
        }

        return day;
    }

    [Fact]
    public void What_finds_no_place_is_counted_all_the_same()
    {
        var day = Full();
        Assert.Equal(2 * (TlsDay.MaxFailures + 3), day.Others);
        Assert.All(
            day.Policies.Values,
            sessions =>
                Assert.Equal((TlsDay.MaxFailures + 3, TlsDay.MaxFailures), (sessions.Failed, sessions.Failures.Count))
        );
        Assert.Equal(day.Others * 2, day.Merge(day).Others);
    }

    [Fact]
    public void The_fullest_day_fits_a_row_and_comes_back()
    {
        foreach (var day in new[] { Example(), Full() })
        {
            var row = TlsDayRow.ToRow(day);
            new RowTransaction("p").Upsert("r", row);
            var read = TlsDayRow.Of(row);
            Assert.Equal(day with { Policies = read.Policies }, read);
            Assert.Equal(
                TlsReport.Of(day, "o", "c", "i").ToJson().Length,
                TlsReport.Of(read, "o", "c", "i").ToJson().Length
            );
            Assert.All(day.Policies, policy => Assert.Equal(policy.Value.Failed, read.Policies[policy.Key].Failed));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("02")]
    [InlineData("01")]
    [InlineData("0100FFFFFFFF07")]
    [InlineData("010001")]
    public void A_damaged_row_is_told(string packed) =>
        Assert.Throws<StoreException>(() =>
            TlsDayRow.Of(new() { { "Day", "2026-04-01" }, { "Counts0", Convert.FromHexString(packed) } })
        );

    [Theory]
    [InlineData("v=TLSRPTv1;rua=mailto:reports@example.com", "reports@example.com")]
    [InlineData("v=TLSRPTv1; rua=https://reporting.example.com/v1/tlsrpt", "https://reporting.example.com/v1/tlsrpt")]
    [InlineData("v=TLSRPTv1; x=y; rua=mailto:a@b.example , https://c.example/d;", "a@b.example https://c.example/d")]
    [InlineData("v=TLSRPTv1; rua=mailto:a%21b@c.example?subject=x", "a!b@c.example")]
    [InlineData("v=TLSRPTv1; rua=http://c.example/d,ftp://x,mailto:", null)]
    [InlineData("v=TLSRPTv1; rua=https://user:secret@c.example/d", null)]
    [InlineData("v=TLSRPTv1", null)]
    [InlineData("v=TLSRPTv12; rua=mailto:a@b.example", null)]
    [InlineData("rua=mailto:a@b.example; v=TLSRPTv1", null)]
    public void The_record_names_who_wants_reports(string text, string? expected) =>
        Assert.Equal(
            expected,
            TlsReportRecord.TryParse(text, out var record)
                ? string.Join(' ', record.Mailboxes.Select(m => $"{m}").Concat(record.Addresses.Select(a => $"{a}")))
                : null
        );

    [Fact]
    public void Web_servers_that_cannot_be_named_are_left_out_and_of_many_four_are_taken()
    {
        var label = new string('\u00e9', 59);
        Assert.False(TlsReportRecord.TryParse($"v=TLSRPTv1; rua=https://{label}.test/", out _));
        var many = string.Join(',', Enumerable.Range(0, 9).Select(i => $"https://a{i}.test/,https://{label}.test/"));
        Assert.True(TlsReportRecord.TryParse($"v=TLSRPTv1; rua={many},https://192.0.2.1/", out var record));
        Assert.Equal(TlsReportRecord.MaxAddresses, record.Addresses.Count);
    }
}
