using System.CommandLine;
using Cloud.Api.Admin;
using Cloud.Flow.Trace;

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
        return SharedOptions.Printing(
            new Command("trace", "What happened to a message, or the newest messages of an address.") { what },
            (admin, parsed, cancel) => admin.TraceAsync(parsed.GetRequiredValue(what), cancel),
            QueueJson.Default.TraceAnswer,
            Print
        );
    }

    static void Print(TraceAnswer answer)
    {
        if (answer.Report is { } report)
            Print(report);
        else
            Print(answer.Messages);
    }

    static void Print(TraceReport report)
    {
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

    static void Print(IReadOnlyList<TraceSummary> messages) =>
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
