using System.CommandLine;
using Cloud.Api.Admin;
using Cloud.Api.Rest.Traces;
using Cloud.Cli.Control;
using Cloud.Flow.Trace;
using Cloud.Mail;
using Cloud.Store;

namespace Cloud.Cli.Admin;

/// <summary>`cloud trace ID|ADDRESS|MESSAGE-ID`: what happened to a message, or an address' newest messages.</summary>
static class TraceCommand
{
    public static Command Create()
    {
        var what = new Argument<string>("what")
        {
            Description = "A message's id, as in the sender's 250, \"kept as ID\"; a Message-ID; or an address",
        };
        var json = new Option<bool>("--json") { Description = "Print JSON" };
        return SharedOptions.Asking(
            new Command("trace", "What happened to a message, or the newest messages of an address.") { what, json },
            (api, parsed, cancel) => RunAsync(api, parsed.GetRequiredValue(what), parsed.GetValue(json), cancel)
        );
    }

    static async ValueTask RunAsync(IApiCaller api, string what, bool asJson, CancellationToken cancel)
    {
        var id = TransactionId.TryParse(what) is null ? null : what;
        IReadOnlyList<TraceSummary> found = [];
        if (id is null)
        {
            var address = what.StartsWith('<') ? null : EmailAddress.TryParse(what);
            found = address is null ? [] : await ListAsync(api, "address", what, cancel);
            // A Message-ID without its brackets looks like an address of somebody elsewhere.
            if (found.Count == 0)
            {
                found = await ListAsync(api, "messageId", what, cancel);
                id = found.Select(one => one.Id).Distinct().ToList() is [var only] ? only : null;
            }
            if (found.Count == 0)
                throw new AdminException(
                    $"Nothing is known of {what}: it came over 30 days ago, or not at all; or it was refused over 7 days "
                        + "ago, or with many others"
                );
        }
        if (id is not null)
            Print(await api.GetAsync($"/trace/{id}", TraceReportJson.Default.TraceReport, cancel), asJson);
        else
            Print(found, asJson);
    }

    static async ValueTask<IReadOnlyList<TraceSummary>> ListAsync(
        IApiCaller api,
        string by,
        string what,
        CancellationToken cancel
    )
    {
        var target = $"/trace?{by}={ApiCalls.Segment(what)}";
        var page = await api.GetAsync(target, TraceReportJson.Default.TracePageInfo, cancel);
        if (page.Cut)
            Console.Error.WriteLine("There are too many messages to look at all: older ones may be missing.");
        return page.Items;
    }

    static void Print(TraceReport report, bool asJson)
    {
        if (asJson)
        {
            QueueJson.Print(report, QueueJson.Default.TraceReport);
            return;
        }
        Console.WriteLine($"id          {report.Id}");
        if (report.MessageId is { } messageId)
            Console.WriteLine($"message-id  {TextTable.Plain(messageId)}");
        if (report.Sha256 is { } hash)
            Console.WriteLine($"sha-256     {hash}");
        Console.WriteLine();
        TextTable.Print([
            ["TIME", "WHAT", "WHO", ""],
            .. report.Steps.Select(step =>
                (string[])[TextTable.Time(step.At), $"{step.Kind}".ToLowerInvariant(), step.Who ?? "", step.Text]
            ),
        ]);
    }

    static void Print(IReadOnlyList<TraceSummary> messages, bool asJson)
    {
        if (asJson)
        {
            QueueJson.Print(messages, QueueJson.Default.IReadOnlyListTraceSummary);
            return;
        }
        TextTable.Print([
            ["ID", "TIME", "WAY", "USER", "FROM", "STATE", "MESSAGE-ID"],
            .. messages.Select(message =>
                (string[])
                    [
                        message.Id,
                        TextTable.Time(message.At),
                        message.Direction,
                        message.Who ?? "",
                        message.From is { Length: > 0 } from ? from : "<>",
                        message.Text,
                        message.MessageId ?? "",
                    ]
            ),
        ]);
    }
}
