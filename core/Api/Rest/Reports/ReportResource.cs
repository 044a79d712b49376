using Cloud.Api.Admin;
using Cloud.Flow.Outbound.Reports;
using Cloud.Mail;
using Cloud.Store.Directory;
using Cloud.Store.Ports;

namespace Cloud.Api.Rest.Reports;

/// <summary><c>/domains/{domain}/reports</c>: what others report of mail in its name (DMARC), and of TLS with its hosts.</summary>
static class ReportResource
{
    public static readonly IReadOnlyList<Route> Routes =
    [
        Route.Get(
            "/domains/{domain}/reports",
            ApiScope.Admin,
            "List what others report of a domain, oldest first",
            ListAsync
        ) with
        {
            Response = ReportJson.Default.PageReportSummary,
            Query =
            [
                QueryParameter.After,
                QueryParameter.Limit,
                new("days", $"For how long back, 1 to {QueueQuery.MaxReportDays}; 30", "integer"),
            ],
        },
    ];

    static async ValueTask<ApiAnswer> ListAsync(ApiCall call, CancellationToken cancel)
    {
        var days = call.Number("days", 1, QueueQuery.MaxReportDays, 30);
        var row = await call.DomainAsync(call["domain"], cancel);
        var owned = call.Caller.IsOperator ? DateTimeOffset.MinValue : DirectoryRows.SinceOf(row.Data);
        var page = await call.OfAsync(
            ReceivedReports.RangeOf(
                EmailAddress.CanonicalDomain(call["domain"]),
                DateOnly.FromDateTime(call.Rooms.Time.GetUtcNow().UtcDateTime).AddDays(-days)
            ),
            range => call.Rooms.Backend.Accounts.Rows.ReadAsync(ReceivedReports.Table, range, cancel),
            // What was reported of who had the domain before is not for who has it now.
            one => new ValueTask<ReportSummary?>(
                ReceivedReports.Of(one) is { } report && report.Begin >= owned ? report : null
            ),
            cancel
        );
        return ApiAnswer.Ok(page, ReportJson.Default.PageReportSummary);
    }
}
