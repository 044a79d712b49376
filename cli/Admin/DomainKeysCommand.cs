using System.CommandLine;
using System.Globalization;
using Cloud.Api.Admin;
using Cloud.Api.WellKnown;
using Cloud.Cli.Dns;
using Cloud.Dns;
using Cloud.Flow.Keys;
using Cloud.Store.Directory;

namespace Cloud.Cli.Admin;

/// <summary>`cloud domain keys DOMAIN`: the keys it signs with, and how they are changed for new ones.</summary>
/// <remarks>
/// Rotation, each step when the command is given again with --rotate: 1. the next pair is made, to be published beside the
/// old one; 2. once its records are seen in DNS it signs, and the old pair's private keys are gone. The old records stay
/// published for a week: mail on its way is checked by them.
/// </remarks>
static class DomainKeysCommand
{
    static readonly Argument<string> Domain = new("domain");

    static readonly Option<bool> Rotate = new("--rotate")
    {
        Description = "Make the next keys; or, when they are made and seen in DNS, sign with them",
    };

    static readonly Option<bool> Unchecked = new("--unchecked")
    {
        Description = "Sign with the next keys though nobody looked whether they are published",
    };

    static readonly Option<string?> Server = NameServer.Option("with --rotate");

    static readonly Option<bool> AsJson = new("--json") { Description = "Print all pairs, as they are then, as JSON" };

    public static Command Create()
    {
        var command = new Command("keys", "The keys a domain signs with (DKIM), and their rotation.")
        {
            Domain,
            Rotate,
            Unchecked,
            Server,
            AsJson,
        };
        var store = new SharedOptions(command);
        command.SetAction(
            async (parsed, cancel) =>
            {
                var dns = NameServer.Settings(parsed.GetValue(Server), out var fault);
                var domain = DomainName.ToAscii(parsed.GetRequiredValue(Domain).TrimEnd('.'));
                if (fault is null && domain is null)
                    fault = "domain: this is no domain name.";
                if (fault is not null)
                {
                    Console.Error.WriteLine(fault);
                    return ExitCode.Usage;
                }
                return await store.RunAsync(
                    parsed,
                    async admin =>
                    {
                        var asJson = parsed.GetValue(AsJson);
                        if (parsed.GetValue(Rotate))
                            await RotateAsync(
                                admin,
                                domain!,
                                parsed.GetValue(Unchecked) ? null : dns,
                                asJson ? TextWriter.Null : Console.Out,
                                cancel
                            );
                        if (asJson || !parsed.GetValue(Rotate))
                            await ListAsync(admin, domain!, asJson, cancel);
                    },
                    cancel
                );
            }
        );
        return command;
    }

    static async ValueTask ListAsync(IAdministration admin, string domain, bool asJson, CancellationToken cancel)
    {
        var pairs = await admin.ListKeysAsync(domain, cancel);
        if (pairs.Count == 0)
            throw new AdminException(
                $"{domain} has no keys, and the key-encryption key is not known here (CLOUD_KEY_ENCRYPTION_KEY)"
            );
        if (asJson)
            QueueJson.Print(
                [.. pairs.Select(pair => Shown(domain, pair))],
                QueueJson.Default.IReadOnlyListKeyPairShown
            );
        foreach (var pair in asJson ? [] : pairs)
            Print(domain, pair, Console.Out);
    }

    static KeyPairShown Shown(string domain, DomainKeyPair pair) =>
        new(
            pair.Name,
            pair.State.ToString().ToLowerInvariant(),
            pair.Since,
            pair.Until,
            [
                .. DnsRecords
                    .Keys(domain, [pair])
                    .Select(record => new KeyRecordShown(record.Name, $"{record.Type}", record.Data)),
            ]
        );

    /// <param name="dns">Null for nobody.</param>
    /// <param name="output">Gets what was done.</param>
    static async ValueTask RotateAsync(
        IAdministration admin,
        string domain,
        DnsSettings? dns,
        TextWriter output,
        CancellationToken cancel
    )
    {
        var pairs = await admin.ListKeysAsync(domain, cancel);
        if (pairs.FirstOrDefault(pair => pair.State == DomainKeyState.Upcoming) is not { } next)
        {
            Print(domain, await admin.PrepareKeysAsync(domain, cancel), output);
            await output.WriteLineAsync(
                "Publish these beside the old ones. Then give the same command again: they will sign."
            );
            return;
        }

        if (dns is not null)
            await DemandPublishedAsync(dns, domain, next, cancel);
        await admin.ActivateKeysAsync(domain, next.Name, cancel);
        await output.WriteLineAsync($"{next.Name} signs for {domain} now.");
        foreach (var pair in await admin.ListKeysAsync(domain, cancel))
        {
            if (pair.State == DomainKeyState.Retired)
                Print(domain, pair, output);
        }
    }

    /// <exception cref="AdminException">A record is not there.</exception>
    static async Task DemandPublishedAsync(DnsSettings dns, string domain, DomainKeyPair next, CancellationToken cancel)
    {
        var findings = await NameServer.CheckAsync(dns, [.. DnsRecords.Keys(domain, [next])], cancel);
        var missing = findings.Where(finding => finding.State != RecordState.There).ToList();
        if (missing.Count == 0)
            return;
        var lines = missing.Select(finding =>
            $"  {finding.State.ToString().ToLowerInvariant()} {finding.Record.Name} {finding.Record.Type} {finding.Record.Data}"
            + (finding.Remark is { } remark ? $"\n    {remark}" : "")
        );
        throw new AdminException(
            $"{next.Name} does not sign yet, for DNS does not tell it:\n{string.Join('\n', lines)}"
        );
    }

    static void Print(string domain, DomainKeyPair pair, TextWriter output)
    {
        var until = pair.Until is { } end ? $", its records may go on {Day(end)}" : "";
        output.WriteLine($"{pair.Name} {pair.State.ToString().ToLowerInvariant()} since {Day(pair.Since)}{until}");
        foreach (var record in DnsRecords.Keys(domain, [pair]))
            output.WriteLine($"  {record.Name} {record.Type} {record.Data}");
    }

    static string Day(DateTimeOffset time) => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}

/// <param name="Until">When its records may go; null while it is not retired.</param>
sealed record KeyPairShown(
    string Name,
    string State,
    DateTimeOffset Since,
    DateTimeOffset? Until,
    IReadOnlyList<KeyRecordShown> Records
);

sealed record KeyRecordShown(string Name, string Type, string Data);
