using System.CommandLine;
using System.Net.Sockets;
using Cloud.Cli.Check;
using Cloud.Store.Ports;

namespace Cloud.Cli.Cost;

/// <summary>`cloud cost`: counts what mail takes of Azure, and what that costs.</summary>
static class CostCommand
{
    static readonly CostOptions Defaults = new();

    static readonly Option<int> Size = new("--size")
    {
        Description = "Octets of a message",
        HelpName = "OCTETS",
        DefaultValueFactory = _ => Defaults.Size,
    };

    static readonly Option<int> Recipients = new("--recipients")
    {
        Description = "Users that a message goes to, here or elsewhere",
        HelpName = "NUMBER",
        DefaultValueFactory = _ => Defaults.Recipients,
    };

    static readonly Option<int> Mailbox = new("--mailbox")
    {
        Description = "Messages that are in INBOX already",
        HelpName = "NUMBER",
        DefaultValueFactory = _ => Defaults.Mailbox,
    };

    static readonly Option<int[]> Memory = new("--memory")
    {
        Description = "MB of a Functions instance, 512, 2048 or 4096; may be repeated (2048 and 512)",
        HelpName = "MB",
    };

    static readonly Option<bool> Cold = new("--cold")
    {
        Description = "Every call meets an instance that has just started and knows nothing",
    };

    static readonly Option<long[]> Month = new("--month")
    {
        Description = "The bill of a month with so many messages, for each host; several may follow",
        HelpName = "MESSAGES",
        AllowMultipleArgumentsPerToken = true,
    };

    static readonly Option<int> Clients = new("--clients")
    {
        Description = "Clients connected day and night in that month",
        HelpName = "NUMBER",
        DefaultValueFactory = _ => Defaults.Clients,
    };

    static readonly Option<int> Sent = new("--sent")
    {
        Description = "Messages sent to other servers in that month, for 100 that are received",
        HelpName = "NUMBER",
        DefaultValueFactory = _ => Defaults.Sent,
    };

    static readonly Option<FileInfo?> Prices = new("--prices")
    {
        Description = "Another price table, as cli/Cost/prices.json",
        HelpName = "FILE",
    };

    static readonly Option<bool> AsJson = new("--json") { Description = "As JSON" };

    public static Command Create()
    {
        var command = new Command("cost", "What 1,000 messages cost on Azure: counts real sessions on this machine.")
        {
            Size,
            Recipients,
            Mailbox,
            Memory,
            Cold,
            Month,
            Clients,
            Sent,
            Prices,
            AsJson,
        };
        command.SetAction(RunAsync);
        return command;
    }

    static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        var options = Options(parsed);
        var (prices, faults) = await PricesAsync(parsed.GetValue(Prices), cancel);
        faults = [.. options.Faults(), .. faults];
        foreach (var fault in faults)
            await Console.Error.WriteLineAsync(fault);
        if (prices is null || faults.Count > 0)
            return ExitCode.Usage;
        try
        {
            await using var workload = await Workload.OpenAsync(options, cancel);
            var counted = await workload.RunAsync(cancel);
            Console.Write(
                parsed.GetValue(AsJson)
                    ? CostJson.Write(counted, options, prices)
                    : new CostReport(counted, options, prices).Write()
            );
            return ExitCode.Ok;
        }
        catch (Exception e)
            when (e
                    is StoreException
                        or CheckFailedException
                        or IOException
                        or SocketException
                        or OperationCanceledException
            )
        {
            await Console.Error.WriteLineAsync($"cloud cost: {e.Message}");
            return ExitCode.Failed;
        }
    }

    static CostOptions Options(ParseResult parsed) =>
        new()
        {
            Size = parsed.GetValue(Size),
            Recipients = parsed.GetValue(Recipients),
            Mailbox = parsed.GetValue(Mailbox),
            Memory = parsed.GetValue(Memory) is { Length: > 0 } given ? given : Defaults.Memory,
            Cold = parsed.GetValue(Cold),
            Months = parsed.GetValue(Month) ?? [],
            Clients = parsed.GetValue(Clients),
            Sent = parsed.GetValue(Sent),
        };

    static async Task<(PriceTable? Prices, IReadOnlyList<string> Faults)> PricesAsync(
        FileInfo? file,
        CancellationToken cancel
    )
    {
        if (file is null)
            return (PriceTableReader.Ours(), []);
        try
        {
            if (file.Length > PriceTableReader.MaxFile)
                return (null, [$"prices: {file} is over {PriceTableReader.MaxFile} octets."]);
            var (table, faults) = PriceTableReader.Read(await File.ReadAllBytesAsync(file.FullName, cancel));
            return (table, [.. faults.Select(fault => $"{file}: {fault}")]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, [$"prices: {e.Message}"]);
        }
    }
}
