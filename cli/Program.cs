using System.CommandLine;
using Cloud.Cli;
using Cloud.Cli.Admin;
using Cloud.Cli.Archive;
using Cloud.Cli.Check;
using Cloud.Cli.Cost;
using Cloud.Cli.Dns;
using Cloud.Cli.Psl;
using Cloud.Cli.Serve;

var root = new RootCommand("Cloud: mail for your own domains.")
{
    ServeCommand.Create(),
    DomainCommand.Create(),
    UserCommand.Create(),
    AliasCommand.Create(),
    HookCommand.Create(),
    RouteCommand.Create(),
    KeyCommand.Create(),
    SendCommand.Create(),
    QueueCommand.Create(),
    SuppressionCommand.Create(),
    ReportsCommand.Create(),
    TraceCommand.Create(),
    ImportCommand.Create(),
    ExportCommand.Create(),
    StatsCommand.Create(),
    CompletionCommand.Create(),
    DnsCommand.Create(),
    CheckCommand.Create(),
    CostCommand.Create(),
    PslCommand.Create(),
};
var parsed = root.Parse(args);

// `serve` answers signals itself: the library would end it 2 seconds after one, in the middle of what it drains.
var code = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
return parsed.Errors.Count > 0 ? ExitCode.Usage : code;
