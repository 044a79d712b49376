using System.Globalization;
using Cloud.Store.Ports;

namespace Cloud.Flow.Outbound.Reports;

enum ReportStage
{
    Dmarc,
    Tls,
    Done,
}

/// <summary>How far the reports of a day are, and who is at it.</summary>
/// <param name="Day">Which is reported.</param>
/// <param name="After">The last domain of the stage that is done; empty for none.</param>
/// <param name="LeaseEnd">Until then nobody else goes on.</param>
/// <param name="ETag">Null before the row is written.</param>
sealed record ReportProgress(DateOnly Day, ReportStage Stage, string After, DateTimeOffset LeaseEnd, string? ETag);

/// <summary>A report that could not be sent for now: that of a domain, of a day.</summary>
/// <param name="Tries">How often it was tried.</param>
/// <param name="Done">Web servers that took it, or refused it for good.</param>
sealed record LateReport(
    DateOnly Day,
    ReportStage Stage,
    string Domain,
    int Tries,
    IReadOnlyList<string> Done,
    string Row,
    string ETag
);

/// <summary>Table <c>dmarcrpt</c>: partition <c>state</c> with one row, <c>late</c> with one for each late report.</summary>
sealed class ReportProgressRows(IRows rows)
{
    const string Partition = "state";
    const string Late = "late";
    const string State = "state";

    public async ValueTask<ReportProgress?> ReadAsync(CancellationToken cancel) =>
        await rows.GetAsync(CountedMail.Table, new(Partition, State), cancel) is { } row
            ? new(
                DayOf(row.Data),
                (ReportStage)row.Data.Int("Stage"),
                row.Data.String("After") ?? "",
                row.Data.Time("LeaseEnd") ?? default,
                row.ETag
            )
            : null;

    /// <returns>As it is now kept; null when somebody else has changed it.</returns>
    public async ValueTask<ReportProgress?> WriteAsync(ReportProgress progress)
    {
        var data = new RowData
        {
            { "Day", CountedMail.Partition(progress.Day) },
            { "Stage", (int)progress.Stage },
            { "After", progress.After },
            { "LeaseEnd", progress.LeaseEnd },
        };
        var change = new RowTransaction(Partition);
        if (progress.ETag is null)
            change.Insert(State, data);
        else
            change.Replace(State, data, progress.ETag);
        var commit = await rows.CommitAsync(CountedMail.Table, change, CancellationToken.None);
        return commit.Committed ? progress with { ETag = commit.ETags[0] } : null;
    }

    public async ValueTask<IReadOnlyList<LateReport>> ReadLateAsync(CancellationToken cancel)
    {
        var late = new List<LateReport>();
        await foreach (var row in rows.ReadAsync(CountedMail.Table, RowRange.All(Late), cancel))
            late.Add(
                new(
                    DayOf(row.Data),
                    (ReportStage)row.Data.Int("Stage"),
                    row.Data.String("Domain") ?? "",
                    row.Data.Int("Tries"),
                    (row.Data.String("Done") ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries),
                    row.Key.Row,
                    row.ETag
                )
            );
        return late;
    }

    /// <param name="tries">So far.</param>
    /// <param name="done">See <see cref="LateReport"/>; each has no more characters than a record.</param>
    public async ValueTask PutOffAsync(
        DateOnly day,
        ReportStage stage,
        string domain,
        int tries,
        IReadOnlyList<string> done
    )
    {
        var data = new RowData
        {
            { "Day", CountedMail.Partition(day) },
            { "Stage", (int)stage },
            { "Domain", domain },
            { "Tries", tries },
            { "Done", string.Join('\n', done) },
        };
        var name = $"{CountedMail.Partition(day)}!{(int)stage}!{KeyText.Encode(domain)}";
        if (name.Length <= RowLimits.KeyLength)
            await rows.CommitAsync(
                CountedMail.Table,
                new RowTransaction(Late).Upsert(name, data),
                CancellationToken.None
            );
    }

    public async ValueTask RemoveAsync(LateReport late) =>
        await rows.CommitAsync(
            CountedMail.Table,
            new RowTransaction(Late).Delete(late.Row, late.ETag),
            CancellationToken.None
        );

    static DateOnly DayOf(RowData row) =>
        DateOnly.TryParseExact(row.String("Day"), "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? day
            : default;
}
