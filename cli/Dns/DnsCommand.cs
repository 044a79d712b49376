using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cloud.Api.Admin;
using Cloud.Api.WellKnown;
using Cloud.Cli.Admin;
using Cloud.Dns;
using Cloud.Flow.Keys;

namespace Cloud.Cli.Dns;

/// <summary>`cloud dns DOMAIN…`, and `cloud domain dns`: the records to publish; `cloud domain dns check` looks them up.</summary>
/// <remarks>
/// They follow from what is given, and the signing keys from the store at hand, where there is one. Without --check no
/// name server is asked.
/// </remarks>
static class DnsCommand
{
    static readonly Argument<string[]> Domains = new("domain")
    {
        Description = "Domains that receive mail",
        Arity = ArgumentArity.OneOrMore,
    };

    static readonly Option<string?> Host = new("--host")
    {
        Description = "The server's name (mail. before the first domain)",
        HelpName = "NAME",
    };

    static readonly Option<string?> IPv4 = new("--ipv4") { Description = "Its address", HelpName = "ADDRESS" };
    static readonly Option<string?> IPv6 = new("--ipv6") { Description = "Its IPv6 address", HelpName = "ADDRESS" };

    static readonly Option<string[]> Include = new("--spf-include")
    {
        Description = "Domain whose servers send for you, such as a smarthost's; may be repeated",
        HelpName = "NAME",
    };

    static readonly Option<bool> SoftFail = new("--spf-softfail")
    {
        Description = "SPF ends in ~all: mail may also leave by hosts that the record does not name",
    };

    static readonly Option<bool> NoPointer = new("--no-pointer")
    {
        Description = "Without PTR: somebody else names the address",
    };

    static readonly Option<bool> NoPages = new("--no-pages")
    {
        Description = "Without MTA-STS, autoconfig and autodiscover: port 443 of the server is not ours",
    };

    static readonly Option<StsMode> MtaSts = new("--mta-sts")
    {
        Description = "What the server is told to tell senders (testing)",
        HelpName = "none|testing|enforce",
        DefaultValueFactory = _ => StsMode.Testing,
    };

    static readonly Option<bool> AsZoneFile = new("--zone-file") { Description = "As a zone file" };
    static readonly Option<bool> AsJson = new("--json") { Description = "As JSON" };

    static readonly Option<bool> Check = new("--check") { Description = "Look up which of them are published" };

    static readonly Option<string?> Server = NameServer.Option("with --check");

    static readonly Option<bool> NoKeys = new("--no-keys")
    {
        Description = "Without DKIM, so without looking into a store",
    };

    /// <summary>Of `dns` and `dns check` alike.</summary>
    static readonly IReadOnlyList<Option> Shared =
    [
        Host,
        IPv4,
        IPv6,
        Include,
        SoftFail,
        NoPointer,
        NoPages,
        MtaSts,
        AsJson,
        Server,
        NoKeys,
    ];

    public static Command Create() =>
        Acting(
            new Command("dns", "The DNS records that a mail server and its domains need.")
            {
                Domains,
                AsZoneFile,
                Check,
            },
            parsed => parsed.GetValue(Check)
        );

    /// <summary>`cloud domain dns`: the same, with `check` below it.</summary>
    public static Command CreateWithCheck()
    {
        var command = Create();
        command.Subcommands.Add(
            Acting(
                new Command("check", "Look up which of the records are published, and what is there instead.")
                {
                    Domains,
                },
                _ => true
            )
        );
        return command;
    }

    static Command Acting(Command command, Func<ParseResult, bool> checks)
    {
        foreach (var option in Shared)
            command.Options.Add(option);
        var store = new SharedOptions(command);
        command.SetAction(
            async (parsed, cancel) =>
            {
                var faults = new List<string>();
                var plan = Plan(parsed, faults);
                var settings = Asked(parsed, checks(parsed), faults);
                foreach (var fault in faults)
                    Console.Error.WriteLine(fault);
                if (faults.Count > 0)
                    return ExitCode.Usage;

                if (!parsed.GetValue(NoKeys))
                {
                    var keys = new Dictionary<string, IReadOnlyList<DomainKeyPair>>();
                    plan = plan with { Keys = keys };
                    var code = await store.RunAsync(
                        parsed,
                        admin => ReadKeysAsync(admin, plan.Domains, keys, cancel),
                        cancel,
                        needsData: false
                    );
                    if (code != ExitCode.Ok)
                        return code;
                }

                var records = DnsRecords.For(plan);
                if (settings is not null)
                    return await CheckAsync(records, settings, parsed.GetValue(AsJson), cancel);
                Print(parsed, records);
                return ExitCode.Ok;
            }
        );
        return command;
    }

    /// <summary>Keys that are to be published now. A domain that is not in the store has none.</summary>
    static async ValueTask ReadKeysAsync(
        IAdministration admin,
        IReadOnlyList<string> domains,
        Dictionary<string, IReadOnlyList<DomainKeyPair>> keys,
        CancellationToken cancel
    )
    {
        var now = TimeProvider.System.GetUtcNow();
        foreach (var domain in domains.Intersect(await admin.ListDomainsAsync(cancel)))
            keys[domain] = [.. (await admin.ListKeysAsync(domain, cancel)).Where(pair => !(pair.Until < now))];
    }

    static void Print(ParseResult parsed, IReadOnlyList<DnsRecord> records) =>
        Console.Write(
            parsed.GetValue(AsJson) ? JsonSerializer.Serialize([.. records], DnsJson.Default.DnsRecordArray) + "\n"
            : parsed.GetValue(AsZoneFile) ? ZoneFile.Write(records)
            : Lines(records)
        );

    /// <summary>Prints what is there and what is not.</summary>
    static async Task<int> CheckAsync(
        IReadOnlyList<DnsRecord> records,
        DnsSettings settings,
        bool asJson,
        CancellationToken cancel
    )
    {
        var findings = await NameServer.CheckAsync(settings, records, cancel);
        if (asJson)
            Console.WriteLine(JsonSerializer.Serialize([.. findings], DnsJson.Default.RecordFindingArray));
        foreach (var (record, state, remark) in asJson ? [] : findings)
        {
            Console.WriteLine($"{state.ToString().ToLowerInvariant(), -8} {record.Name} {record.Type} {record.Data}");
            if (remark is not null)
                Console.WriteLine($"{"", -8} {remark}");
        }
        return findings.All(finding => finding.State is RecordState.There or RecordState.Later)
            ? ExitCode.Ok
            : ExitCode.Failed;
    }

    /// <returns>Whom to ask; null for nobody.</returns>
    static DnsSettings? Asked(ParseResult parsed, bool checks, List<string> faults)
    {
        var server = parsed.GetValue(Server);
        if (!checks)
        {
            if (server is not null)
                faults.Add("server: is for --check.");
            return null;
        }
        if (parsed.GetValue(AsZoneFile))
            faults.Add("check: is not printed as a zone file.");
        var settings = NameServer.Settings(server, out var fault);
        if (fault is not null)
            faults.Add(fault);
        return settings;
    }

    static DnsPlan Plan(ParseResult parsed, List<string> faults)
    {
        var domains = parsed.GetRequiredValue(Domains).Select(domain => Name("domain", domain, faults)).ToArray();
        return new(domains, Name("host", parsed.GetValue(Host) ?? $"mail.{domains[0]}", faults))
        {
            IPv4 = Address("ipv4", parsed.GetValue(IPv4), AddressFamily.InterNetwork, faults),
            IPv6 = Address("ipv6", parsed.GetValue(IPv6), AddressFamily.InterNetworkV6, faults),
            SpfIncludes = [.. (parsed.GetValue(Include) ?? []).Select(name => Name("spf-include", name, faults))],
            SpfSoftFail = parsed.GetValue(SoftFail),
            Pointer = !parsed.GetValue(NoPointer),
            Pages = !parsed.GetValue(NoPages),
            StsMode = parsed.GetValue(MtaSts),
        };
    }

    static string Name(string option, string text, List<string> faults)
    {
        if (DomainName.ToAscii(text.TrimEnd('.')) is { } name)
            return name;
        faults.Add($"{option}: \"{text}\" is no domain name.");
        return "invalid";
    }

    static IPAddress? Address(string option, string? text, AddressFamily family, List<string> faults)
    {
        if (text is null)
            return null;
        if (IPAddress.TryParse(text, out var address) && address.AddressFamily == family)
            return address;
        faults.Add($"{option}: \"{text}\" is no such address.");
        return null;
    }

    static string Lines(IReadOnlyList<DnsRecord> records)
    {
        var name = records.Max(record => record.Name.Length);
        var publish = records.Where(record => record.Pending is null).Select(record => Line(record, record.Why));
        var later = records.Where(record => record.Pending is not null).Select(record => Line(record, record.Pending!));
        return $"{string.Concat(publish)}\nNot to be published yet:\n{string.Concat(later)}";

        string Line(DnsRecord record, string remark) =>
            $"{record.Name.PadRight(name)} {record.Type, -5} {record.Data}\n{new string(' ', name + 7)}{remark}\n";
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    UseStringEnumConverter = true
)]
[JsonSerializable(typeof(DnsRecord[]))]
[JsonSerializable(typeof(RecordFinding[]))]
sealed partial class DnsJson : JsonSerializerContext;
