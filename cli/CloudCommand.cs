using System.CommandLine;
using Cloud.Cli.Admin;
using Cloud.Cli.Archive;
using Cloud.Cli.Check;
using Cloud.Cli.Cost;
using Cloud.Cli.Dns;
using Cloud.Cli.Psl;
using Cloud.Cli.Serve;

namespace Cloud.Cli;

/// <summary>`cloud`: all verbs.</summary>
static class CloudCommand
{
    public static RootCommand Create() =>
        new("Cloud: mail for your own domains.")
        {
            ServeCommand.Create(),
            DomainCommand.Create(),
            UserCommand.Create(),
            AclCommand.Create(),
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
}
