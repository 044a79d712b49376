using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cloud.Cli.Admin;
using Cloud.Mail;
using Cloud.Store.Ports;

namespace Cloud.Cli.Check;

/// <summary>`cloud check HOST`: does a mail server answer as it should, seen from outside?</summary>
static class CheckCommand
{
    static readonly Argument<string> Host = new("host") { Description = "The server's name" };

    static readonly Option<string?> Address = new("--address")
    {
        Description = "Where to connect, when the name does not lead there yet",
        HelpName = "ADDRESS",
    };

    static readonly Option<string?> Domain = new("--domain")
    {
        Description = "A domain that it receives mail for (the name without its first part)",
        HelpName = "NAME",
    };

    static readonly Option<bool> AllowUntrusted = new("--allow-untrusted")
    {
        Description = "A certificate that nobody vouches for is a warning, no failure",
    };

    static readonly Option<bool> Send = new("--send")
    {
        Description =
            $"Send a user messages, read them back and delete them: of --account, or {CheckAccount.UserVariable} and "
            + $"{CheckAccount.PasswordVariable} in the environment",
    };

    static readonly Option<string?> Account = new("--account")
    {
        Description = "File whose first line is the user's address:password",
        HelpName = "FILE",
    };

    static readonly Option<bool> AsJson = new("--json") { Description = "As JSON, at the end" };

    public static Command Create()
    {
        var ports = ServerCheck
            .Services.Select(service => new Option<string>($"--{service.Name}")
            {
                Description = string.Create(CultureInfo.InvariantCulture, $"Port, or off ({service.Port})"),
                HelpName = "PORT",
                DefaultValueFactory = _ => service.Port.ToString(CultureInfo.InvariantCulture),
            })
            .ToList();
        var command = new Command(
            "check",
            "Asks a mail server over SMTP, IMAP and POP3 whether it works; leaves nothing behind."
        )
        {
            Host,
            Address,
            Domain,
            AllowUntrusted,
            Send,
            Account,
            AsJson,
        };
        foreach (var port in ports)
            command.Options.Add(port);

        command.SetAction(
            async (parsed, cancel) =>
            {
                var faults = new List<string>();
                var options = Read(parsed, faults);
                var services = ports
                    .Select(port => (port.Name[2..], Port(port.Name[2..], parsed.GetValue(port), faults)))
                    .Where(service => service.Item2 is not null)
                    .Select(service => (service.Item1, service.Item2!.Value))
                    .ToList();
                var account = parsed.GetValue(Send)
                    ? CheckAccount.Read(parsed.GetValue(Account), Environment.GetEnvironmentVariable, faults)
                    : null;
                if (parsed.GetValue(Account) is not null && !parsed.GetValue(Send))
                    faults.Add("account: is for --send.");
                foreach (var fault in faults)
                    Console.Error.WriteLine(fault);
                return faults.Count > 0
                    ? ExitCode.Usage
                    : await RunAsync(options, services, account, parsed.GetValue(AsJson), cancel);
            }
        );
        command.Subcommands.Add(StoreCheckCommand.Create());
        return command;
    }

    static async Task<int> RunAsync(
        CheckOptions options,
        IReadOnlyList<(string Service, int Port)> services,
        CheckAccount? account,
        bool asJson,
        CancellationToken cancel
    )
    {
        var (worst, findings) = (Verdict.Ok, new List<Finding>());
        void Report(Finding finding)
        {
            worst = (Verdict)Math.Max((int)worst, (int)finding.Verdict);
            findings.Add(finding);
            if (asJson)
                return;
            var verdict = finding.Verdict.ToString().ToLowerInvariant();
            Console.WriteLine($"{finding.Where, -16} {verdict, -8} {Printable(finding.Text)}");
        }

        var check = new ServerCheck(options, TimeProvider.System);
        foreach (var (service, port) in services)
            await check.RunAsync(service, port, Report, cancel);
        if (account is not null)
            await new RoundTrip(options, account, Report, TimeProvider.System, Entropy.System).RunAsync(
                services,
                cancel
            );
        if (asJson)
            Console.WriteLine(JsonSerializer.Serialize(findings, CheckJson.Default.ListFinding));
        return worst == Verdict.Failed ? ExitCode.Failed : ExitCode.Ok;
    }

    static CheckOptions Read(ParseResult parsed, List<string> faults)
    {
        var host = parsed.GetRequiredValue(Host);
        if (!EmailAddress.IsDomain(host) || host[0] == '[')
            faults.Add($"host: \"{host}\" is no host name.");
        var domain = parsed.GetValue(Domain) ?? host[(host.IndexOf('.') + 1)..];
        if (!EmailAddress.IsDomain(domain))
            faults.Add($"domain: \"{domain}\" is no domain name.");
        IPAddress? address = null;
        if (parsed.GetValue(Address) is { } text && !IPAddress.TryParse(text, out address))
            faults.Add($"address: \"{text}\" is no address.");
        Span<byte> random = stackalloc byte[8];
        Entropy.System.Fill(random);
        return new(host, domain)
        {
            Address = address,
            AllowUntrusted = parsed.GetValue(AllowUntrusted),
            Nobody = $"nobody-{Convert.ToHexStringLower(random)}",
        };
    }

    static int? Port(string service, string? text, List<string> faults)
    {
        if (text is "off")
            return null;
        if (
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            && port is > 0 and <= 65535
        )
            return port;
        faults.Add($"{service}: \"{text}\" is no port (1 to 65535) nor \"off\".");
        return null;
    }

    /// <summary>What a stranger sent must not steer the terminal.</summary>
    static string Printable(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    UseStringEnumConverter = true
)]
[JsonSerializable(typeof(List<Finding>))]
sealed partial class CheckJson : JsonSerializerContext;
