using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using Cloud.Mail;
using Cloud.Trust;
using Cloud.Trust.Dmarc;
using Cloud.Trust.TlsRpt;

namespace Cloud.Flow.Outbound.Reports;

/// <summary>What is kept of a received report.</summary>
/// <param name="Kind"><c>dmarc</c> or <c>tls</c>.</param>
/// <param name="Domain">Ours, canonical.</param>
/// <param name="Organization">Who reports, as it calls itself.</param>
/// <param name="Author">Domain of the mail's author.</param>
/// <param name="IsAuthentic">That domain answers for the mail: DMARC passed at the door, or it came from here.</param>
/// <param name="Begin">UTC.</param>
/// <param name="Passed">Messages that passed DMARC, or sessions with TLS as it should be.</param>
/// <param name="Failed">The others.</param>
/// <param name="Quarantined">Messages, of those that failed.</param>
/// <param name="Rejected">Messages, of those that failed.</param>
/// <param name="Sources">Who sent, by most messages; none in a TLS report.</param>
/// <param name="Failures">What went wrong, by most sessions; none in a DMARC report.</param>
public sealed record ReportSummary(
    string Kind,
    string Domain,
    string Organization,
    string Author,
    bool IsAuthentic,
    string ReportId,
    DateTimeOffset Begin,
    DateTimeOffset End,
    long Passed,
    long Failed,
    long Quarantined,
    long Rejected,
    IReadOnlyList<ReportSource> Sources,
    IReadOnlyList<ReportFailure> Failures
)
{
    public const string Dmarc = "dmarc";
    public const string Tls = "tls";

    /// <summary>Sources or failures that are kept; the totals count all.</summary>
    const int MaxDetails = 100;

    /// <summary>Of a report whose domain is ours, or not.</summary>
    /// <returns>One for each domain; none where it is damaged.</returns>
    internal static IEnumerable<ReportSummary> Of(ReadReport report, string author, bool isAuthentic)
    {
        if (report.Dmarc is { } dmarc)
            return [Of(dmarc, author, isAuthentic)];
        return report.Tls is { } tls ? Of(tls, author, isAuthentic) : [];
    }

    static ReportSummary Of(AggregateReport report, string author, bool isAuthentic)
    {
        var sources = report
            .Records.GroupBy(record => record.Source)
            .Select(of => new ReportSource(
                $"{of.Key}",
                of.Sum(record => record.Count),
                of.Where(record => record.DkimAligned).Sum(record => record.Count),
                of.Where(record => record.SpfAligned).Sum(record => record.Count),
                of.Where(record => !record.IsPass).Sum(record => record.Count),
                of.First().HeaderFrom
            ))
            .OrderByDescending(source => source.Count)
            .ThenBy(source => source.Address, StringComparer.Ordinal);
        return new(
            Dmarc,
            EmailAddress.CanonicalDomain(report.Domain),
            report.Organization,
            author,
            isAuthentic,
            report.Id,
            report.Begin,
            report.End,
            report.Passed,
            report.Total - report.Passed,
            report.Records.Where(record => Is(record, DmarcPolicy.Quarantine)).Sum(record => record.Count),
            report.Records.Where(record => Is(record, DmarcPolicy.Reject)).Sum(record => record.Count),
            [.. sources.Take(MaxDetails)],
            []
        );
    }

    static bool Is(AggregateReport.Record record, DmarcPolicy disposition) =>
        !record.IsPass && record.Disposition == disposition;

    static IEnumerable<ReportSummary> Of(TlsReport report, string author, bool isAuthentic)
    {
        if (
            TimeOf(report.DateRange.StartDatetime) is not { } begin
            || TimeOf(report.DateRange.EndDatetime) is not { } end
        )
            return [];
        return report
            .Policies.GroupBy(policy =>
                EmailAddress.CanonicalDomain(Line.Of(policy.Policy.PolicyDomain, EmailAddress.MaxDomain))
            )
            .Select(policies => new ReportSummary(
                Tls,
                policies.Key,
                Line.Of(report.OrganizationName ?? ""),
                author,
                isAuthentic,
                Line.Of(report.ReportId ?? ""),
                begin,
                end,
                policies.Sum(policy => Count(policy.Summary.TotalSuccessfulSessionCount)),
                policies.Sum(policy => Count(policy.Summary.TotalFailureSessionCount)),
                0,
                0,
                [],
                [.. FailuresOf(policies).Take(MaxDetails)]
            ));
    }

    static IEnumerable<ReportFailure> FailuresOf(IEnumerable<TlsReport.PolicyResult> policies) =>
        policies
            .SelectMany(policy => policy.FailureDetails ?? [])
            .Where(failure => failure is not null)
            .GroupBy(failure => (Line.Of(failure.ResultType ?? ""), Line.Of(failure.ReceivingMxHostname ?? "")))
            .Select(of => new ReportFailure(of.Key.Item1, of.Key.Item2, of.Sum(one => Count(one.FailedSessionCount))))
            .OrderByDescending(failure => failure.Count);

    /// <summary>What anybody may count: so many of them still have a sum.</summary>
    static long Count(long count) => Math.Clamp(count, 0, AggregateReport.MaxCount);

    static DateTimeOffset? TimeOf(string text) =>
        DateTimeOffset.TryParse(
            text,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var time
        )
            ? time
            : null;

    /// <summary>
    /// The same report has the same row, however often it comes (RFC 7489 §7.2.1.1); one that nobody answers for has
    /// another, for it must not stand in a true one's place.
    /// </summary>
    internal string RowName()
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{Author}|{Organization}|{ReportId}"));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Begin.UtcDateTime:yyyyMMdd}!{Kind}!{(IsAuthentic ? "a" : "u")}!{Convert.ToHexStringLower(hash.AsSpan(0, 8))}"
        );
    }
}

/// <param name="Count">Messages.</param>
/// <param name="Dkim">Messages with an aligned signature.</param>
/// <param name="Spf">Messages with an aligned SPF domain.</param>
/// <param name="Failed">Messages with neither.</param>
/// <param name="From">The author's domain, of the first of them.</param>
public sealed record ReportSource(string Address, long Count, long Dkim, long Spf, long Failed, string From);

/// <param name="Kind">RFC 8460 §4.3.</param>
/// <param name="Host">Of ours; empty where it is not told.</param>
/// <param name="Count">Sessions.</param>
public sealed record ReportFailure(string Kind, string Host, long Count);

[JsonSerializable(typeof(ReportSummary))]
sealed partial class ReportSummaryJson : JsonSerializerContext;
