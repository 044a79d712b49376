using System.CommandLine;
using Cloud.Api.Rest.Hooks;
using Cloud.Cli.Control;
using Cloud.Flow.Hooks;

namespace Cloud.Cli.Admin;

/// <summary>`cloud hook deliveries` and `cloud hook replay`.</summary>
static class HookDeliveryCommands
{
    /// <summary>Deliveries that are shown unless asked otherwise.</summary>
    const int Shown = 50;

    public static Command Deliveries()
    {
        var id = HookCommand.Id();
        var filter = new Filter();
        var limit = new Option<int>("--limit") { Description = "How many", DefaultValueFactory = _ => Shown };
        var command = new Command("deliveries", "What a webhook was told, the newest first, with the attempts.")
        {
            id,
            limit,
        };
        filter.AddTo(command);
        return SharedOptions.Showing(
            command,
            async (api, parsed, cancel) =>
            {
                var target = $"{HookCommand.PathOf(parsed.GetRequiredValue(id))}/deliveries{filter.QueryOf(parsed)}";
                var found = new List<DeliveryShape>();
                await foreach (var one in api.ListAsync(target, HookApiJson.Default.PageDeliveryShape, cancel))
                {
                    found.Add(one);
                    if (found.Count >= parsed.GetValue(limit))
                        break;
                }
                return (IReadOnlyList<DeliveryShape>)found;
            },
            HookApiJson.Default.IReadOnlyListDeliveryShape,
            Print
        );
    }

    public static Command Replay()
    {
        var id = HookCommand.Id();
        var one = HookCommand.Text("--event-id", "One event: evt_…");
        var other = HookCommand.Text("--to-hook", "To another webhook");
        var filter = new Filter();
        var command = new Command("replay", "Send events again, under their ids.") { id, one, other };
        filter.AddTo(command);
        return SharedOptions.Showing(
            command,
            async (api, parsed, cancel) =>
            {
                var path = HookCommand.PathOf(parsed.GetRequiredValue(id));
                if (parsed.GetValue(one) is { } single)
                    return await api.SendAsync(
                        "POST",
                        $"{path}/deliveries/{ApiCalls.Segment(single)}/replay",
                        new EventReplay(parsed.GetValue(other)),
                        HookApiJson.Default.EventReplay,
                        HookApiJson.Default.HookReplayed,
                        cancel
                    );
                var (count, asked) = (0, filter.Of(parsed) with { Hook = parsed.GetValue(other) });
                while (true)
                {
                    var done = await api.SendAsync(
                        "POST",
                        $"{path}/replay",
                        asked,
                        HookApiJson.Default.HookReplay,
                        HookApiJson.Default.HookReplayed,
                        cancel
                    );
                    count += done.Count;
                    if (done.Next is null)
                        return new HookReplayed(count, null);
                    asked = asked with { After = done.Next };
                }
            },
            HookApiJson.Default.HookReplayed,
            done => Console.WriteLine($"{done.Count} on their way")
        );
    }

    static void Print(IReadOnlyList<DeliveryShape> deliveries) =>
        TextTable.Print([
            ["EVENT", "TYPE", "AT", "STATE", "ATTEMPTS", "LAST"],
            .. deliveries.Select(one =>
                (string[])
                    [
                        one.Event,
                        one.Type,
                        TextTable.Time(one.At),
                        one.State,
                        $"{one.Attempts.Count}",
                        one.Attempts is [.., var last] ? last.Fault ?? $"{last.Status} in {last.Milliseconds} ms" : "",
                    ]
            ),
        ]);

    /// <summary>Which deliveries are meant.</summary>
    sealed class Filter
    {
        readonly Option<DateTimeOffset?> from = new("--from") { Description = "Of events from this time on" };
        readonly Option<DateTimeOffset?> to = new("--to") { Description = "Before this time" };
        readonly Option<string?> state = HookCommand.Text("--state", "done or dead");
        readonly Option<string?> type = HookCommand.Text("--type", "Of the event");
        readonly Option<string?> sender = HookCommand.Text("--sender", "Such senders; * and ? are wildcards");
        readonly Option<string?> recipient = HookCommand.Text("--recipient", "Such recipients");

        public Filter()
        {
            state.AcceptOnlyFromAmong("sending", "waiting", "done", "dead");
            type.AcceptOnlyFromAmong([.. MailEventNames.All, "hook.test"]);
        }

        public void AddTo(Command command)
        {
            foreach (var option in new Option[] { from, to, state, type, sender, recipient })
                command.Options.Add(option);
        }

        public HookReplay Of(ParseResult parsed) =>
            new(
                parsed.GetValue(from),
                parsed.GetValue(to),
                parsed.GetValue(state),
                parsed.GetValue(type),
                parsed.GetValue(sender),
                parsed.GetValue(recipient)
            );

        public string QueryOf(ParseResult parsed)
        {
            var given = new (string Name, string? Value)[]
            {
                ("from", parsed.GetValue(from)?.ToString("O")),
                ("to", parsed.GetValue(to)?.ToString("O")),
                ("state", parsed.GetValue(state)),
                ("type", parsed.GetValue(type)),
                ("sender", parsed.GetValue(sender)),
                ("recipient", parsed.GetValue(recipient)),
            };
            var pairs = given
                .Where(one => one.Value is not null)
                .Select(one => $"{one.Name}={ApiCalls.Segment(one.Value!)}");
            var query = string.Join('&', pairs);
            return query.Length == 0 ? "" : $"?{query}";
        }
    }
}
