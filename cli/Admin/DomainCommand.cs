using System.CommandLine;
using Cloud.Cli.Dns;

namespace Cloud.Cli.Admin;

/// <summary>`cloud domain add|list|keys|dns|verify|remove`.</summary>
static class DomainCommand
{
    public static Command Create() =>
        new("domain", "The domains mail is received for.")
        {
            Add(),
            List(),
            DomainKeysCommand.Create(),
            DnsCommand.CreateWithCheck(),
            DomainVerifyCommand.Create(),
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
        SharedOptions.Printing(
            new Command("list", "One domain a line."),
            (admin, _, cancel) => admin.ListDomainsAsync(cancel),
            QueueJson.Default.IReadOnlyListString,
            domains =>
            {
                foreach (var domain in domains)
                    Console.WriteLine(domain);
            }
        );

    static Command Remove()
    {
        var name = new Argument<string>("domain");
        return SharedOptions.Acting(
            new Command("remove", "Stop receiving; refused while it has users or aliases.") { name },
            (admin, parsed, cancel) => admin.RemoveDomainAsync(parsed.GetRequiredValue(name), cancel)
        );
    }
}
