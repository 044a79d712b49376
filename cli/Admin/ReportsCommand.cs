using System.CommandLine;
using System.Globalization;
using Cloud.Flow.Outbound.Reports;

namespace Cloud.Cli.Admin;

/// <summary>`cloud reports`: who sends in the domains' names, and how TLS with their hosts goes.</summary>
static class ReportsCommand
{
    /// <summary>Sources and kinds of failure that are shown; `--json` has more.</summary>
    const int Shown = 20;

    public static Command Create()
    {
        var domain = new Argument<string?>("domain")
        {
            Description = "One of ours (all)",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var days = new Option<int>("--days") { Description = "For how long back", DefaultValueFactory = _ => 30 };
        return SharedOptions.Printing(
            new Command("reports", "What others report: who sends in our name, and how TLS goes.") { domain, days },
            (admin, parsed, cancel) =>
                admin.Queue.ListReportsAsync(parsed.GetValue(domain), parsed.GetValue(days), cancel),
            QueueJson.Default.IReadOnlyListReportSummary,
            Print
        );
    }

    static void Print(IReadOnlyList<ReportSummary> reports)
    {
        if (reports.Count == 0)
            Console.WriteLine("Nobody has reported anything. `cloud dns` prints the records that ask for reports.");
        foreach (var domain in reports.GroupBy(report => report.Domain))
        {
            var answered = domain.Where(report => report.IsAuthentic).ToList();
            PrintMail(domain.Key, [.. answered.Where(report => report.Kind == ReportSummary.Dmarc)]);
            PrintTls(domain.Key, [.. answered.Where(report => report.Kind == ReportSummary.Tls)]);
            PrintUnverified(domain.Key, [.. domain.Where(report => !report.IsAuthentic)]);
        }
    }

    static void PrintMail(string domain, IReadOnlyList<ReportSummary> reports)
    {
        if (reports.Count == 0)
            return;
        Console.WriteLine($"{domain}: mail in its name (DMARC)");
        Console.WriteLine();
        TextTable.Print([
            ["DAY", "REPORTED BY", "PASSED", "FAILED", "TO JUNK", "REFUSED"],
            .. reports.Select(report =>
                (string[])
                    [
                        Day(report),
                        report.Organization,
                        Number(report.Passed),
                        Number(report.Failed),
                        Number(report.Quarantined),
                        Number(report.Rejected),
                    ]
            ),
            [
                "all",
                "",
                Total(reports, one => one.Passed),
                Total(reports, one => one.Failed),
                Total(reports, one => one.Quarantined),
                Total(reports, one => one.Rejected),
            ],
        ]);
        Console.WriteLine();
        PrintSources(reports);
    }

    static void PrintSources(IReadOnlyList<ReportSummary> reports)
    {
        TextTable.Print([
            ["SENT FROM", "MESSAGES", "PASSED", "BY DKIM", "BY SPF", "AS"],
            .. reports
                .SelectMany(report => report.Sources)
                .GroupBy(source => source.Address)
                .Select(of => new ReportSource(
                    of.Key,
                    Sum(of, source => source.Count),
                    Sum(of, source => source.Dkim),
                    Sum(of, source => source.Spf),
                    Sum(of, source => source.Failed),
                    of.First().From
                ))
                .OrderByDescending(source => source.Count)
                .Take(Shown)
                .Select(source =>
                    (string[])
                        [
                            source.Address,
                            Number(source.Count),
                            Share(source.Count - source.Failed, source.Count),
                            Share(source.Dkim, source.Count),
                            Share(source.Spf, source.Count),
                            source.From,
                        ]
                ),
        ]);
        Console.WriteLine();
    }

    static void PrintTls(string domain, IReadOnlyList<ReportSummary> reports)
    {
        if (reports.Count == 0)
            return;
        Console.WriteLine($"{domain}: TLS with its mail hosts");
        Console.WriteLine();
        TextTable.Print([
            ["DAY", "REPORTED BY", "SESSIONS", "FAILED"],
            .. reports.Select(report =>
                (string[])[Day(report), report.Organization, Number(Sessions(report)), Number(report.Failed)]
            ),
        ]);
        Console.WriteLine();
        var failures = reports.SelectMany(report => report.Failures).ToList();
        if (failures.Count == 0)
            return;
        TextTable.Print([
            ["FAILURE", "HOST", "SESSIONS"],
            .. failures
                .GroupBy(failure => (failure.Kind, failure.Host))
                .OrderByDescending(of => Sum(of, failure => failure.Count))
                .Take(Shown)
                .Select(of => (string[])[of.Key.Kind, of.Key.Host, Number(Sum(of, failure => failure.Count))]),
        ]);
        Console.WriteLine();
    }

    static string Day(ReportSummary report) =>
        report.Begin.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>Anybody can send a report: those whose author nobody answers for are in no sum.</summary>
    static void PrintUnverified(string domain, IReadOnlyList<ReportSummary> reports)
    {
        if (reports.Count == 0)
            return;
        Console.WriteLine($"{domain}: unverified reports, which anybody may have written; not counted above");
        Console.WriteLine();
        TextTable.Print([
            ["DAY", "REPORTED BY", "OF", "PASSED", "FAILED"],
            .. reports
                .TakeLast(Shown)
                .Select(report =>
                    (string[])
                        [
                            Day(report),
                            report.Organization,
                            report.Kind == ReportSummary.Tls ? "TLS" : "mail",
                            Number(report.Passed),
                            Number(report.Failed),
                        ]
                ),
        ]);
        if (reports.Count > Shown)
            Console.WriteLine($"... the last {Shown} of {Number(reports.Count)}");
        Console.WriteLine();
    }

    static string Total(IEnumerable<ReportSummary> reports, Func<ReportSummary, long> count) =>
        Number(Sum(reports, count));

    static long Sessions(ReportSummary report) => Sum([report.Passed, report.Failed], count => count);

    /// <summary>The greatest number for what is more: a stranger's counts end no command.</summary>
    static long Sum<T>(IEnumerable<T> all, Func<T, long> count) =>
        all.Aggregate(
            0L,
            (sum, one) => count(one) is var more && more > long.MaxValue - sum ? long.MaxValue : sum + more
        );

    static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    static string Share(long part, long whole) =>
        string.Create(CultureInfo.InvariantCulture, $"{(whole == 0 ? 0 : (long)(100m * part / whole))} %");
}
