using System.CommandLine;
using System.Net;
using Cloud.Api.WellKnown;
using Cloud.Dns;
using Cloud.Store.Ports;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cloud.Cli.Dns;

/// <summary>Whom commands ask that look records up: the option `--server`, else the system's.</summary>
static class NameServer
{
    public static Option<string?> Option(string when) =>
        new("--server") { Description = $"Name server to ask {when} (the system's)", HelpName = "ADDRESS[:PORT]" };

    /// <param name="server">As given; null for the system's.</param>
    /// <param name="fault">What is wrong with it.</param>
    /// <returns>Null where something is.</returns>
    public static DnsSettings? Settings(string? server, out string? fault)
    {
        fault = null;
        var settings = ResolvConf.Read();
        if (server is null)
            return settings;
        if (!IPEndPoint.TryParse(server, out var address))
        {
            fault = $"server: \"{server}\" is no address.";
            return null;
        }
        if (address.Port == 0)
            address.Port = DnsSettings.DefaultPort;
        return settings with { Servers = [address] };
    }

    /// <summary>Looks up which of the records are published.</summary>
    public static async Task<IReadOnlyList<RecordFinding>> CheckAsync(
        DnsSettings settings,
        IReadOnlyList<DnsRecord> records,
        CancellationToken cancel
    )
    {
        await using var resolver = new Resolver(settings, TimeProvider.System, Entropy.System, NullLogger.Instance);
        return await new RecordCheck(resolver).RunAsync(records, cancel);
    }
}
