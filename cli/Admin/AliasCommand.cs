using System.CommandLine;

namespace Cloud.Cli.Admin;

/// <summary>`cloud alias add|list|remove`.</summary>
static class AliasCommand
{
    public static Command Create() =>
        new("alias", "Addresses that lead to others, here or elsewhere; *@domain takes all that the domain lacks.")
        {
            Add(),
            List(),
            Remove(),
        };

    static Command Add()
    {
        var alias = new Argument<string>("alias");
        var targets = new Argument<string[]>("target") { Arity = ArgumentArity.OneOrMore };
        var command = new Command("add", "Make or replace an alias.") { alias, targets };
        var store = new SharedOptions(command);
        command.SetAction(
            (parsed, cancel) =>
                store.RunAsync(
                    parsed,
                    admin =>
                        admin.AddAliasAsync(parsed.GetRequiredValue(alias), parsed.GetRequiredValue(targets), cancel),
                    cancel
                )
        );
        return command;
    }

    static Command List() =>
        SharedOptions.Printing(
            new Command("list", "Alias and targets, a line each."),
            (admin, _, cancel) => admin.ListAliasesAsync(cancel),
            QueueJson.Default.IReadOnlyListAliasInfo,
            aliases =>
            {
                foreach (var alias in aliases)
                    Console.WriteLine($"{alias.Alias}\t{string.Join(' ', alias.Targets)}");
            }
        );

    static Command Remove()
    {
        var alias = new Argument<string>("alias");
        var command = new Command("remove", "Remove an alias.") { alias };
        var store = new SharedOptions(command);
        command.SetAction(
            (parsed, cancel) =>
                store.RunAsync(parsed, admin => admin.RemoveAliasAsync(parsed.GetRequiredValue(alias), cancel), cancel)
        );
        return command;
    }
}
