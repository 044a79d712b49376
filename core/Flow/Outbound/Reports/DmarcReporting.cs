using System.Globalization;
using System.Text;
using Cloud.Dns;
using Cloud.Mail;
using Cloud.Store;
using Cloud.Trust.Dmarc;

namespace Cloud.Flow.Outbound.Reports;

/// <summary>Tells the owner of a domain what came in its name on a day. RFC 7489 §7.2.</summary>
sealed class DmarcReporting(ReportMail mail, ReportDestinations destinations)
{
    /// <summary>Rows of a report that was too long for somebody: it is tried with fewer.</summary>
    const int FewRows = 1_000;

    public async ValueTask<ReportOutcome> SendAsync(
        DailyAggregate day,
        ReportSender sender,
        ReportTry attempt,
        CancellationToken cancel
    )
    {
        var id = IdOf(day);
        if (day.Total == 0 || await mail.IsSentAsync(id, cancel))
            return ReportOutcome.Unwanted;
        var (wanted, isUnknown) = await AddressesAsync(day, cancel);
        // Once, to all of them; who cannot be asked for a day keeps it from nobody else.
        if (isUnknown && (!attempt.IsLast || wanted.Count == 0))
            return ReportOutcome.Later;
        if (wanted.Count == 0)
            return ReportOutcome.Unwanted;
        // RFC 7489 §6.2: who takes less than there is gets nothing that is cut; fewer rows may still tell enough.
        foreach (var rows in new[] { DailyAggregate.MaxRows, FewRows })
        {
            var letter = LetterOf(day, id, sender, rows);
            var size = ReportMail.SizeOf(letter.Octets.Length);
            var to = wanted.Where(address => !(size > address.MaxSize)).Select(address => address.Address).ToList();
            if (to.Count == 0)
                continue;
            await mail.SendAsync(letter, sender, to, cancel);
            return ReportOutcome.Sent;
        }
        return ReportOutcome.Unwanted;
    }

    /// <summary>Derived from what it tells of: two that report the same day make one report.</summary>
    static TransactionId IdOf(DailyAggregate day) =>
        DerivedId.Of(default, EndOf(day.Day), $"dmarc report {day.PolicyDomain}");

    internal static DateTimeOffset EndOf(DateOnly day) => new(day.AddDays(1), TimeOnly.MinValue, TimeSpan.Zero);

    async ValueTask<(List<ReportAddress> Wanted, bool IsUnknown)> AddressesAsync(
        DailyAggregate day,
        CancellationToken cancel
    )
    {
        var wanted = new List<ReportAddress>();
        if (!DnsName.TryParse(day.PolicyDomain, out var owner))
            return (wanted, false);
        var asked = day.Record.AggregateReports.Select(address => destinations.AskAsync(owner, address, cancel));
        var isUnknown = false;
        foreach (var (consent, use) in await Task.WhenAll(asked))
        {
            isUnknown |= consent == ReportConsent.Unknown;
            var isKnown = wanted.Any(known => known.Address == use.Address);
            if (consent == ReportConsent.Given && use.Address.IsAscii && !isKnown)
                wanted.Add(use);
        }
        return (wanted, isUnknown);
    }

    static ReportLetter LetterOf(DailyAggregate day, TransactionId id, ReportSender sender, int rows)
    {
        return new(
            id,
            $"Report Domain: {day.PolicyDomain} Submitter: {sender.Domain} Report-ID: <{id}@{sender.Domain}>",
            TextOf(day, sender),
            ReportMail.FileName(sender, day.PolicyDomain, day.Day, "xml.gz"),
            ReportMail.Compress(to =>
                AggregateXml.Write(to, day, sender.Organization, $"{sender.Address}", $"{id}", rows)
            ),
            IsTls: false,
            day.PolicyDomain
        );
    }

    static string TextOf(DailyAggregate day, ReportSender sender)
    {
        var passed = day.Rows.Where(row => row.Key.DkimAligned || row.Key.SpfAligned).Sum(row => row.Value);
        return new StringBuilder()
            .AppendLine(
                CultureInfo.InvariantCulture,
                $"This is a DMARC aggregate report for {day.PolicyDomain}, for {day.Day:yyyy-MM-dd} (UTC),"
            )
            .AppendLine(CultureInfo.InvariantCulture, $"from {sender.Organization} ({sender.Address}).")
            .AppendLine()
            .AppendLine(
                CultureInfo.InvariantCulture,
                $"Messages in this domain's name: {day.Total}; of these {passed} passed."
            )
            .AppendLine("The domain's DMARC record asks for such reports; the details are attached.")
            .ToString();
    }
}
