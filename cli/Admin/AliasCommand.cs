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
        return SharedOptions.Acting(
            new Command("add", "Make or replace an alias.") { alias, targets },
            (admin, parsed, cancel) =>
                admin.AddAliasAsync(parsed.GetRequiredValue(alias), parsed.GetRequiredValue(targets), cancel)
        );
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
        return SharedOptions.Acting(
            new Command("remove", "Remove an alias.") { alias },
            (admin, parsed, cancel) => admin.RemoveAliasAsync(parsed.GetRequiredValue(alias), cancel)
        );
    }
}
