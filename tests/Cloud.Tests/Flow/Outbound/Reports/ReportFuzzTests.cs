using System.IO.Compression;
using System.Text;
using Cloud.Flow.Outbound.Reports;
using Cloud.Tests.Trust;
using Cloud.Tests.Trust.Dmarc;
using Cloud.Trust.Dmarc;

namespace Cloud.Tests.Flow.Outbound.Reports;

public sealed class ReportFuzzTests
{
    [Fact]
    public void Any_file_is_a_report_or_none() =>
        TrustFuzz.Run(
            [
                AggregateSamples.Search,
                AggregateSamples.Office,
                AggregateSamples.Portal,
                ReportMails.TlsJson,
                Latin(ReportMails.Gzip(AggregateSamples.Portal)),
                Latin(ReportMails.Zip(AggregateSamples.Portal)),
                Latin(ReportMails.Zip(AggregateSamples.Portal, CompressionLevel.NoCompression)),
            ],
            text => Check(ReportFile.Read(Encoding.Latin1.GetBytes(text)))
        );

    [Fact]
    public void Any_mail_is_read() =>
        TrustFuzz.Run(
            [
                ReportMails.Mail("application/zip", ReportMails.Zip(AggregateSamples.Office)),
                ReportMails.Mail("application/tlsrpt+gzip", ReportMails.Gzip(ReportMails.TlsJson)),
            ],
            text =>
            {
                foreach (var summary in ReceivedReports.Read(Encoding.Latin1.GetBytes(text), isAuthentic: true))
                    Check(summary);
            }
        );

    [Fact]
    public void Any_counts_are_read_or_refused() =>
        TrustFuzz.Run(
            [Latin(AggregateCodec.Pack(new DailyAggregate(new(2026, 1, 1), "a.test", new()) { Others = 3 }))],
            text =>
            {
                if (AggregateCodec.Unpack(Encoding.Latin1.GetBytes(text)) is { } day)
                    AggregateXml.Write(Stream.Null, day, "us", "a@us.test", "1");
            }
        );

    static void Check(ReadReport report)
    {
        foreach (var summary in ReportSummary.Of(report, "author.test", isAuthentic: true))
            Check(summary);
    }

    static void Check(ReportSummary summary)
    {
        Assert.InRange(summary.Passed, 0, long.MaxValue);
        Assert.InRange(summary.Failed, 0, long.MaxValue);
        Assert.DoesNotContain(summary.Organization + summary.ReportId, char.IsControl);
        Assert.InRange(summary.RowName().Length, 1, 512);
    }

    static string Latin(byte[] octets) => Encoding.Latin1.GetString(octets);
}
