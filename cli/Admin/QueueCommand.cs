using System.CommandLine;
using Cloud.Api.Admin;

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

    /// <summary>For programs, rather than a table.</summary>
    public static Option<bool> Json() => new("--json") { Description = "Print JSON" };

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
        var json = Json();
        var command = new Command("list", "Messages, oldest first.") { domain, sender, state, limit, json };
        var store = new SharedOptions(command);
        command.SetAction(
            (parsed, cancel) =>
                store.RunAsync(
                    parsed,
                    async admin =>
                    {
                        var query = new QueueQuery(
                            parsed.GetValue(domain),
                            parsed.GetValue(sender),
                            parsed.GetValue(state),
                            null,
                            0
                        );
                        var found = await ReadAsync(admin.Queue, query, parsed.GetValue(limit), cancel);
                        if (parsed.GetValue(json))
                            QueueJson.Print(found, QueueJson.Default.IReadOnlyListQueueEntry);
                        else
                            Print(found);
                    },
                    cancel
                )
        );
        return command;
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
        var (id, json) = (Id(), Json());
        var command = new Command("show", "A message with its recipients: what was tried, when, and what was said.")
        {
            id,
            json,
        };
        var store = new SharedOptions(command);
        command.SetAction(
            (parsed, cancel) =>
                store.RunAsync(
                    parsed,
                    async admin =>
                    {
                        var details = await admin.Queue.ShowAsync(parsed.GetRequiredValue(id), cancel);
                        if (parsed.GetValue(json))
                            QueueJson.Print(details, QueueJson.Default.QueueDetails);
                        else
                            Print(details);
                    },
                    cancel
                )
        );
        return command;
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
        var (id, json) = (Id(), Json());
        var command = new Command($"{verb}".ToLowerInvariant(), description) { id, json };
        var store = new SharedOptions(command);
        command.SetAction(
            (parsed, cancel) =>
                store.RunAsync(
                    parsed,
                    async admin =>
                    {
                        var change = await admin.Queue.ChangeAsync(verb, parsed.GetRequiredValue(id), cancel);
                        if (parsed.GetValue(json))
                            QueueJson.Print(change, QueueJson.Default.QueueChange);
                        else
                            Console.WriteLine(
                                $"{change.Changed} recipients changed"
                                    + (change.Busy > 0 ? $", {change.Busy} are being sent to just now" : "")
                            );
                    },
                    cancel
                )
        );
        return command;
    }
}
