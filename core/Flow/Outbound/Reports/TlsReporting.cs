using System.Globalization;
using System.Net.Http;
using System.Text;
using Cloud.Dns;
using Cloud.Store;
using Cloud.Trust.TlsRpt;

namespace Cloud.Flow.Outbound.Reports;

/// <summary>Tells a domain how TLS with its mail hosts went on a day. RFC 8460.</summary>
sealed class TlsReporting(ReportMail mail, IResolver resolver, HttpReports http)
{
    public async ValueTask<ReportOutcome> SendAsync(
        TlsDay day,
        ReportSender sender,
        ReportTry attempt,
        CancellationToken cancel
    )
    {
        // A name that has no form in ASCII is nobody's, and cannot stand in the fields of a report's mail.
        if (!Ascii.IsValid(day.Domain) || !DnsName.TryParse(day.Domain, out var domain))
            return ReportOutcome.Unwanted;
        if (domain.TryPrepend("_smtp._tls") is not { } name)
            return ReportOutcome.Unwanted;
        var answer = await resolver.TxtAsync(name, cancel);
        if (answer.IsFailure)
            return ReportOutcome.Later;
        var texts = answer
            .Records.Select(record => record.Text.ToLatin1())
            .Where(text => TlsReportRecord.HasVersion(text))
            .ToList();
        // RFC 8460 §3: several are none.
        if (texts is not [var only] || !TlsReportRecord.TryParse(only, out var record))
            return ReportOutcome.Unwanted;
        return await SendAsync(day, record, sender, attempt, cancel);
    }

    async ValueTask<ReportOutcome> SendAsync(
        TlsDay day,
        TlsReportRecord record,
        ReportSender sender,
        ReportTry attempt,
        CancellationToken cancel
    )
    {
        var letter = LetterOf(day, sender);
        var mailboxes = record.Mailboxes.Where(address => address.IsAscii).Distinct().ToList();
        var isMailed = mailboxes.Count > 0 && !await mail.IsSentAsync(letter.Id, cancel);
        if (isMailed)
            await mail.SendAsync(letter, sender, mailboxes, cancel);
        // One whose answer was lost is told twice, which does no harm: a report has an id. RFC 8460 §4.4.
        var left = record.Addresses.Distinct().Where(address => !attempt.IsDone(address));
        var posts = await Task.WhenAll(left.Select(PostAsync));
        if (posts.Contains(PostResult.Later))
            return ReportOutcome.Later;
        var isSent = isMailed || posts.Contains(PostResult.Taken) || attempt.Done.Count > posts.Length;
        return isSent ? ReportOutcome.Sent : ReportOutcome.Unwanted;

        async Task<PostResult> PostAsync(Uri address)
        {
            var result = await http.PostAsync(address, letter.Octets, cancel);
            if (result != PostResult.Later)
                attempt.Finish(address);
            return result;
        }
    }

    static ReportLetter LetterOf(TlsDay day, ReportSender sender)
    {
        var until = DmarcReporting.EndOf(day.Day);
        var id = DerivedId.Of(default, until, $"tls report {day.Domain}");
        var report = TlsReport.Of(day, sender.Organization, $"{sender.Address}", $"{id}@{sender.Domain}");
        var failed = day.Policies.Values.Sum(sessions => sessions.Failed);
        var passed = day.Policies.Values.Sum(sessions => sessions.Successful);
        return new(
            id,
            $"Report Domain: {day.Domain} Submitter: {sender.Domain} Report-ID: <{id}@{sender.Domain}>",
            string.Create(
                CultureInfo.InvariantCulture,
                $"""
                This is a TLS report for {day.Domain}, for {day.Day:yyyy-MM-dd} (UTC), from {sender.Organization}.

                Sessions with TLS as it should be: {passed}; others: {failed}.
                The domain asks for such reports at _smtp._tls; the details are attached.

                """
            ),
            ReportMail.FileName(sender, day.Domain, day.Day, "json.gz"),
            ReportMail.Compress(to => to.Write(report.ToJson())),
            IsTls: true,
            day.Domain
        );
    }
}
