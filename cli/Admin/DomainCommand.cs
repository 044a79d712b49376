using System.CommandLine;
using Cloud.Cli.Dns;

namespace Cloud.Cli.Admin;

/// <summary>`cloud domain add|list|keys|dns|remove`.</summary>
static class DomainCommand
{
    public static Command Create() =>
        new("domain", "The domains mail is received for.")
        {
            Add(),
            List(),
            DomainKeysCommand.Create(),
            DnsCommand.CreateWithCheck(),
            Remove(),
        };

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

    static Command List() =>
        SharedOptions.List("One domain a line.", async (admin, cancel) => await admin.ListDomainsAsync(cancel));

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
