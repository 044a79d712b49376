using System.CommandLine;

namespace Cloud.Cli.Admin;

/// <summary>`cloud suppression list|add|remove`.</summary>
static class SuppressionCommand
{
    public static Command Create() =>
        new("suppression", "Addresses that nothing is sent to: a user's list, or a domain's.")
        {
            List(),
            Add(),
            Remove(),
        };

    static Argument<string> Whose() => new("whose") { Description = "A user's address, or a domain of ours" };

    static Command List()
    {
        var (whose, json) = (Whose(), QueueCommand.Json());
        var command = new Command("list", "What is on a list, and why.") { whose, json };
        var store = new SharedOptions(command);
        command.SetAction(
            (parsed, cancel) =>
                store.RunAsync(
                    parsed,
                    async admin =>
                    {
                        var entries = await admin.Queue.ListSuppressedAsync(parsed.GetRequiredValue(whose), cancel);
                        if (parsed.GetValue(json))
                        {
                            QueueJson.Print(entries, QueueJson.Default.IReadOnlyListSuppressedAddress);
                            return;
                        }
                        TextTable.Print([
                            ["ADDRESS", "REASON", "SINCE", "UNTIL", "TEXT"],
                            .. entries.Select(entry =>
                                (string[])
                                    [
                                        entry.Address,
                                        entry.Reason,
                                        TextTable.Time(entry.Since),
                                        TextTable.Time(entry.Until),
                                        entry.Text,
                                    ]
                            ),
                        ]);
                    },
                    cancel
                )
        );
        return command;
    }

    static Command Add()
    {
        var (whose, address) = (Whose(), new Argument<string>("address"));
        var days = new Option<int?>("--days") { Description = "For how long (for ever)" };
        var text = new Option<string>("--text") { Description = "Why", DefaultValueFactory = _ => "by the operator" };
        var command = new Command("add", "Put an address on a list.") { whose, address, days, text };
        var store = new SharedOptions(command);
        command.SetAction(
            (parsed, cancel) =>
                store.RunAsync(
                    parsed,
                    admin =>
                        admin.Queue.SuppressAsync(
                            parsed.GetRequiredValue(whose),
                            parsed.GetRequiredValue(address),
                            parsed.GetRequiredValue(text),
                            parsed.GetValue(days),
                            cancel
                        ),
                    cancel
                )
        );
        return command;
    }

    static Command Remove()
    {
        var (whose, address) = (Whose(), new Argument<string>("address"));
        var command = new Command("remove", "Take an address off a list: it may be written to again.")
        {
            whose,
            address,
        };
        var store = new SharedOptions(command);
        command.SetAction(
            (parsed, cancel) =>
                store.RunAsync(
                    parsed,
                    admin =>
                        admin.Queue.UnsuppressAsync(
                            parsed.GetRequiredValue(whose),
                            parsed.GetRequiredValue(address),
                            cancel
                        ),
                    cancel
                )
        );
        return command;
    }
}
