using System.Text;
using Cloud.Dns;
using Cloud.Tests.Dns;
using Cloud.Tests.Fakes;
using Cloud.Trust.Dmarc;
using Cloud.Trust.Dmarc.Suffixes;

namespace Cloud.Tests.Trust.Dmarc;

public sealed class DmarcFuzzTests
{
    [Fact]
    public void Any_record_is_read() =>
        TrustFuzz.Run(
            [
                "v=DMARC1; p=reject; sp=quarantine; np=none; adkim=s; aspf=r; pct=25; fo=1:d:s; t=y; psd=n",
                "v=DMARC1;p=none;rua=mailto:a@example.com!10m,mailto:b%2Cc@example.org;ruf=mailto:d@example.com",
            ],
            text =>
            {
                if (!DmarcRecord.TryParse(text, out var record))
                    return;
                Assert.InRange(record.Percent, 0, 100);
                Assert.InRange(record.AggregateReports.Count, 0, ReportAddress.MaxCount);
                Assert.InRange(record.FailureReports.Count, 0, ReportAddress.MaxCount);
                Assert.All(record.AggregateReports, report => Assert.InRange(report.MaxSize ?? 0, 0, long.MaxValue));
            }
        );

    [Fact]
    public void Any_author_is_read() =>
        TrustFuzz.Run(
            [
                "Ada <ada@example.com>, bob@b\u00fccher.example",
                "group: a@a.example, \"b@c\"@d.example;",
                "<@r:a@[192.0.2.1]>",
            ],
            text =>
            {
                var check = new DmarcVerifier(new ZoneResolver(), new ManualClock()).CheckAsync(
                    new([Encoding.Latin1.GetBytes(text)], null, SpfPassed: false, []),
                    default
                );
                Assert.True(check.IsCompletedSuccessfully);
                Assert.True(check.Result.Result is DmarcResult.None or DmarcResult.PermError);
            }
        );

    [Fact]
    public void Any_name_has_at_most_one_registered_domain() =>
        TrustFuzz.Run(
            ["a.b.co.uk", "www.city.kobe.jp", "x.any.ck", "xn--85x722f.xn--55qx5d.cn"],
            text =>
            {
                if (!DnsName.TryFromOctets(Encoding.Latin1.GetBytes(text), out var name))
                    return;
                if (PublicSuffixes.Shipped.RegistrableDomain(name) is not { } registered)
                    return;
                Assert.True(name.IsAtOrBelow(registered));
                Assert.Equal(registered, PublicSuffixes.Shipped.RegistrableDomain(registered));
            }
        );

    [Fact]
    public void Any_published_list_is_converted_or_refused() =>
        TrustFuzz.Run(
            ["// comment\nuk\nco.uk\n*.ck\n!www.ck\n", "xn--55qx5d.cn\n  a.b  // c\r\n"],
            text =>
            {
                try
                {
                    var list = PublicSuffixes.Of(SuffixList.Convert(text));
                    Assert.InRange(list.Count, 1, text.Length);
                    list.RegistrableDomain(DnsName.Parse("a.b.co.uk"));
                }
                catch (FormatException)
                {
                    return; // It is no list.
                }
            }
        );
}
