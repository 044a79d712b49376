using System.CommandLine;

namespace Cloud.Cli.Admin;

/// <summary>`cloud domain add|list|remove`.</summary>
static class DomainCommand
{
    public static Command Create() => new("domain", "The domains mail is received for.") { Add(), List(), Remove() };

    static Command Add()
    {
        var name = new Argument<string>("domain");
        var command = new Command("add", "Receive mail for a domain.") { name };
        var store = new SharedOptions(command, makesData: true);
        command.SetAction(
            (parsed, cancel) =>
                store.RunAsync(parsed, admin => admin.AddDomainAsync(parsed.GetRequiredValue(name), cancel), cancel)
        );
        return command;
    }

    static Command List()
    {
        var command = new Command("list", "One domain a line.");
        var store = new SharedOptions(command);
        command.SetAction(
            (parsed, cancel) =>
                store.RunAsync(
                    parsed,
                    async admin =>
                    {
                        foreach (var domain in await admin.ListDomainsAsync(cancel))
                            Console.WriteLine(domain);
                    },
                    cancel
                )
        );
        return command;
    }

    static Command Remove()
    {
        var name = new Argument<string>("domain");
        var command = new Command("remove", "Stop receiving; refused while it has users or aliases.") { name };
        var store = new SharedOptions(command);
        command.SetAction(
            (parsed, cancel) =>
                store.RunAsync(parsed, admin => admin.RemoveDomainAsync(parsed.GetRequiredValue(name), cancel), cancel)
        );
        return command;
    }
}
