using System.CommandLine;
using Cloud.Api.Rest.Checks;
using Cloud.Cli.Control;
using Cloud.Flow.Integrity;

namespace Cloud.Cli.Admin;

/// <summary>`cloud stats`: how much there is.</summary>
static class StatsCommand
{
    public static Command Create() =>
        SharedOptions.Showing(
            new Command("stats", "Count domains, users, messages and what waits."),
            (api, _, cancel) => api.GetAsync("/stats", CheckJson.Default.StoreTotals, cancel),
            CheckJson.Default.StoreTotals,
            Print
        );

    static void Print(StoreTotals totals) =>
        TextTable.Print([
            ["WHAT", "HOW MANY"],
            ["domains", $"{totals.Domains}"],
            ["users", $"{totals.Users}"],
            ["  suspended", $"{totals.Suspended}"],
            ["  deleted", $"{totals.Deleted}"],
            ["aliases", $"{totals.Aliases}"],
            ["messages", $"{totals.Messages}"],
            ["octets", $"{totals.Octets}"],
            ["waiting to be filed", $"{totals.InboundWaiting}"],
            ["set aside", $"{totals.InboundAside}"],
            ["waiting to be sent", $"{totals.OutboundWaiting}"],
            ["blobs of nothing", $"{totals.Orphans}"],
        ]);
}
