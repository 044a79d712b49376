using System.CommandLine;
using Cloud.Cli.Admin;
using Cloud.Cli.Serve;

var root = new RootCommand("Cloud: mail for your own domains.")
{
    ServeCommand.Create(),
    DomainCommand.Create(),
    UserCommand.Create(),
    AliasCommand.Create(),
};
return await root.Parse(args).InvokeAsync();
