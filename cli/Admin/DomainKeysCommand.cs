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

    public static Command Create()
    {
        var command = new Command("keys", "The keys a domain signs with (DKIM), and their rotation.")
        {
            Domain,
            Rotate,
            Unchecked,
            Server,
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
                    admin =>
                        parsed.GetValue(Rotate)
                            ? RotateAsync(admin, domain!, parsed.GetValue(Unchecked) ? null : dns, cancel)
                            : ListAsync(admin, domain!, cancel),
                    cancel
                );
            }
        );
        return command;
    }

    static async ValueTask ListAsync(IAdministration admin, string domain, CancellationToken cancel)
    {
        var pairs = await admin.ListKeysAsync(domain, cancel);
        if (pairs.Count == 0)
            throw new AdminException(
                $"{domain} has no keys, and the key-encryption key is not known here (CLOUD_KEY_ENCRYPTION_KEY)"
            );
        foreach (var pair in pairs)
            Print(domain, pair);
    }

    /// <param name="dns">Null for nobody.</param>
    static async ValueTask RotateAsync(IAdministration admin, string domain, DnsSettings? dns, CancellationToken cancel)
    {
        var pairs = await admin.ListKeysAsync(domain, cancel);
        if (pairs.FirstOrDefault(pair => pair.State == DomainKeyState.Upcoming) is not { } next)
        {
            Print(domain, await admin.PrepareKeysAsync(domain, cancel));
            Console.WriteLine("Publish these beside the old ones. Then give the same command again: they will sign.");
            return;
        }

        if (dns is not null)
            await DemandPublishedAsync(dns, domain, next, cancel);
        await admin.ActivateKeysAsync(domain, next.Name, cancel);
        Console.WriteLine($"{next.Name} signs for {domain} now.");
        foreach (var pair in await admin.ListKeysAsync(domain, cancel))
        {
            if (pair.State == DomainKeyState.Retired)
                Print(domain, pair);
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

    static void Print(string domain, DomainKeyPair pair)
    {
        var until = pair.Until is { } end ? $", its records may go on {Day(end)}" : "";
        Console.WriteLine($"{pair.Name} {pair.State.ToString().ToLowerInvariant()} since {Day(pair.Since)}{until}");
        foreach (var record in DnsRecords.Keys(domain, [pair]))
            Console.WriteLine($"  {record.Name} {record.Type} {record.Data}");
    }

    static string Day(DateTimeOffset time) => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
