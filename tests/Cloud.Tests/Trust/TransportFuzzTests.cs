using System.Text;
using Cloud.Dns;
using Cloud.Store.Ports;
using Cloud.Trust.MtaSts;
using Cloud.Trust.TlsRpt;

namespace Cloud.Tests.Trust;

public sealed class TransportFuzzTests
{
    [Fact]
    public void Any_policy_is_read_or_told_why_not() =>
        TrustFuzz.Run(
            [
                "version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\nmx: *.example.net\r\nmax_age: 604800\r\n",
                "version:STSv1\nmode:none\nmax_age:1\nfoo:bar\n",
            ],
            text =>
            {
                if (!MtaStsPolicy.TryParse(Encoding.Latin1.GetBytes(text), out var policy, out var fault))
                {
                    Assert.NotEmpty(fault);
                    return;
                }

                Assert.InRange(policy.MaxAge, TimeSpan.Zero, MtaStsPolicy.LongestAge);
                policy.Matches(DnsName.Parse("mail.example.com"));
                Assert.True(MtaStsPolicy.TryParse(Encoding.ASCII.GetBytes(policy.ToText()), out var again, out _));
                Assert.Equal(policy.ToText(), again.ToText());
            }
        );

    [Fact]
    public void Any_record_is_read() =>
        TrustFuzz.Run(
            ["v=STSv1; id=20160831085700Z;", "v=TLSRPTv1; rua=mailto:a%2Cb@example.com,https://example.com/x?y"],
            text =>
            {
                if (MtaStsRecord.TryParse(text, out var policy))
                    Assert.InRange(policy.Id.Length, 1, 32);
                if (TlsReportRecord.TryParse(text, out var report))
                    Assert.InRange(report.Mailboxes.Count + report.Addresses.Count, 1, TlsReportRecord.MaxCount);
            }
        );

    [Fact]
    public void Any_report_and_any_row_is_read_or_refused()
    {
        var seen = TlsPolicySeen.Of(TlsPolicyKind.Sts, ["version: STSv1"], ["mx.example.com"]);
        var day = new TlsDay(new(2026, 4, 1), "example.com")
            .AddSuccess(seen, 300)
            .AddFailure(seen, new(TlsFailure.TlsaInvalid, "::1", "mx.example.com", "::2", "why"));
        var row = TlsDayRow.ToRow(day).Bytes("Counts0")!;
        TrustFuzz.Run(
            [
                Encoding.Latin1.GetString(TlsReport.Of(day, "Example", "a@example.com", "1").ToJson()),
                Encoding.Latin1.GetString(row),
            ],
            text =>
            {
                var octets = Encoding.Latin1.GetBytes(text);
                if (TlsReport.TryRead(octets, out var report))
                    report.ToJson();
                try
                {
                    TlsDayRow.Of(new() { { "Day", "2026-04-01" }, { "Counts0", octets } });
                }
                catch (StoreException e)
                {
                    Assert.Contains("damaged", e.Message);
                }
            }
        );
    }
}
