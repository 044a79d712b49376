using System.CommandLine;
using Cloud.Api.Admin;

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
        var whose = Whose();
        return SharedOptions.Printing(
            new Command("list", "What is on a list, and why.") { whose },
            (admin, parsed, cancel) => admin.Queue.ListSuppressedAsync(parsed.GetRequiredValue(whose), cancel),
            QueueJson.Default.IReadOnlyListSuppressedAddress,
            Print
        );
    }

    static void Print(IReadOnlyList<SuppressedAddress> entries) =>
        TextTable.Print([
            ["ADDRESS", "REASON", "SINCE", "UNTIL", "TEXT"],
            .. entries.Select(entry =>
                (string[])
                    [entry.Address, entry.Reason, TextTable.Time(entry.Since), TextTable.Time(entry.Until), entry.Text]
            ),
        ]);

    static Command Add()
    {
        var (whose, address) = (Whose(), new Argument<string>("address"));
        var days = new Option<int?>("--days") { Description = "For how long (for ever)" };
        var text = new Option<string>("--text") { Description = "Why", DefaultValueFactory = _ => "by the operator" };
        return SharedOptions.Acting(
            new Command("add", "Put an address on a list.") { whose, address, days, text },
            (admin, parsed, cancel) =>
                admin.Queue.SuppressAsync(
                    parsed.GetRequiredValue(whose),
                    parsed.GetRequiredValue(address),
                    parsed.GetRequiredValue(text),
                    parsed.GetValue(days),
                    cancel
                )
        );
    }

    static Command Remove()
    {
        var (whose, address) = (Whose(), new Argument<string>("address"));
        return SharedOptions.Acting(
            new Command("remove", "Take an address off a list: it may be written to again.") { whose, address },
            (admin, parsed, cancel) =>
                admin.Queue.UnsuppressAsync(parsed.GetRequiredValue(whose), parsed.GetRequiredValue(address), cancel)
        );
    }
}
