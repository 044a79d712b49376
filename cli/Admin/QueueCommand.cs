using System.CommandLine;
using Cloud.Api.Admin;
using Cloud.Flow.Outbound;

namespace Cloud.Cli.Admin;

/// <summary>`cloud queue list|show|hold|release|cancel|retry|dead`.</summary>
static class QueueCommand
{
    public static Command Create() =>
        new("queue", "Mail on its way out.")
        {
            List(),
            Show(),
            Change(QueueVerb.Hold, "Keep what waits from being sent, until it is released."),
            Change(QueueVerb.Release, "Send what was held."),
            Change(QueueVerb.Cancel, "Send nothing more to those it was not handed over for; nobody is told."),
            Change(QueueVerb.Retry, "Try at once what waits for its time."),
            DeadLetterCommand.Create(),
        };

    static Argument<string> Id() =>
        new("id") { Description = "As in the sender's 250, in the list, in Received and in the log" };

    static Command List()
    {
        var domain = new Option<string?>("--domain") { Description = "A recipient's domain, or address" };
        var sender = new Option<string?>("--sender") { Description = "The sender's address, or domain" };
        var state = new Option<QueueState>("--state")
        {
            Description = "open (waiting or held), waiting, held, done, all",
        };
        var limit = new Option<int>("--limit")
        {
            Description = "Messages at most (100)",
            DefaultValueFactory = _ => 100,
        };
        return SharedOptions.Printing(
            new Command("list", "Messages, oldest first.") { domain, sender, state, limit },
            (admin, parsed, cancel) =>
            {
                var (to, from) = (parsed.GetValue(domain), parsed.GetValue(sender));
                var query = new QueueQuery(to, from, parsed.GetValue(state), null, 0);
                return ReadAsync(admin.Queue, query, parsed.GetValue(limit), cancel);
            },
            QueueJson.Default.IReadOnlyListQueueEntry,
            Print
        );
    }

    static async ValueTask<IReadOnlyList<QueueEntry>> ReadAsync(
        IQueueAdministration queue,
        QueueQuery query,
        int limit,
        CancellationToken cancel
    )
    {
        var found = new List<QueueEntry>();
        string? cursor = null;
        do
        {
            var few = Math.Min(limit - found.Count, QueueQuery.MaxPage);
            var page = await queue.ListAsync(query with { Cursor = cursor, Limit = few }, cancel);
            found.AddRange(page.Messages);
            cursor = page.Cursor;
        } while (cursor is not null && found.Count < limit);
        return found;
    }

    static void Print(IReadOnlyList<QueueEntry> messages) =>
        TextTable.Print([
            ["ID", "ACCEPTED", "STATE", "OPEN", "OCTETS", "FROM", "SUBJECT"],
            .. messages.Select(message =>
                (string[])
                    [
                        message.Id,
                        TextTable.Time(message.Accepted),
                        message.State,
                        $"{message.Open}/{message.Recipients}",
                        $"{message.Size}",
                        message.From.Length > 0 ? message.From : "<>",
                        message.Subject ?? "",
                    ]
            ),
        ]);

    static Command Show()
    {
        var id = Id();
        return SharedOptions.Printing(
            new Command("show", "A message with its recipients: what was tried, when, and what was said.") { id },
            (admin, parsed, cancel) => admin.Queue.ShowAsync(parsed.GetRequiredValue(id), cancel),
            QueueJson.Default.QueueDetails,
            Print
        );
    }

    static void Print(QueueDetails details)
    {
        var message = details.Message;
        Print(
            ("id", message.Id),
            ("accepted", TextTable.Time(message.Accepted)),
            ("state", message.State),
            ("from", message.From.Length > 0 ? message.From : "<>"),
            ("octets", $"{message.Size}"),
            ("subject", message.Subject),
            ("message-id", message.MessageId),
            ("hold until", message.HoldUntil is null ? null : TextTable.Time(message.HoldUntil)),
            ("done", message.DoneAt is null ? null : TextTable.Time(message.DoneAt))
        );
        foreach (var to in details.Recipients)
        {
            Console.WriteLine();
            Print(
                ("recipient", to.Address),
                ("state", to.State),
                ("attempts", $"{to.Attempts}"),
                ("last", to.LastAttempt is null ? null : TextTable.Time(to.LastAttempt)),
                ("next", to.Next is null ? null : TextTable.Time(to.Next)),
                ("host", to.Host is null ? null : $"{to.Host} {to.HostAddress}"),
                ("tls", to.Tls),
                ("reply", to.Reply),
                ("repeats", to.PossibleRepeats > 0 ? $"{to.PossibleRepeats}, possibly" : null),
                ("told", to.Told is "none" ? null : to.Told)
            );
            foreach (var line in to.History)
                Console.WriteLine($"  {TextTable.Plain(line)}");
            foreach (var line in to.Transcript?.Split('\n') ?? [])
                Console.WriteLine($"    {TextTable.Plain(line).TrimEnd()}");
        }
    }

    static void Print(params IEnumerable<(string Name, string? Value)> lines)
    {
        foreach (var (name, value) in lines)
        {
            if (value is { Length: > 0 })
                Console.WriteLine($"{name, -10}  {TextTable.Plain(value)}");
        }
    }

    static Command Change(QueueVerb verb, string description)
    {
        var id = Id();
        return SharedOptions.Printing(
            new Command($"{verb}".ToLowerInvariant(), description) { id },
            (admin, parsed, cancel) => admin.Queue.ChangeAsync(verb, parsed.GetRequiredValue(id), cancel),
            QueueJson.Default.QueueChange,
            change =>
                Console.WriteLine(
                    $"{change.Changed} recipients changed"
                        + (change.Busy > 0 ? $", {change.Busy} are being sent to just now" : "")
                )
        );
    }
}
