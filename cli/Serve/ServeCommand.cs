using System.CommandLine;
using Cloud.Api.Gateway.OAuth;
using Cloud.Api.Rest;
using Cloud.Flow.Door.Greylisting;
using Cloud.Flow.Hooks;
using Cloud.Flow.Outbound.Reports;
using Cloud.Flow.Submission;

namespace Cloud.Cli.Serve;

/// <summary>`cloud serve`: the whole mail server in one process.</summary>
static class ServeCommand
{
    static readonly IReadOnlyDictionary<string, string> Descriptions = new Dictionary<string, string>
    {
        ["data"] = "Directory of the store and the certificate (./data)",
        ["domain"] = "A domain to receive mail for; may be repeated",
        ["users"] = "File of address:password lines: users to make or update",
        ["store"] = "local (files under --data), azure, or azurite (an emulator of our own, its data under --data)",
        ["gateway"] = "local (in this process) or functions (the Functions app as a process of its own)",
        ["functions"] = "The published Functions app, for --gateway functions",
        ["azurite"] = "Where npm installs Azurite, for --store azurite (azurite/npm under --data)",
        ["connection-string"] = "Of Azure Storage; better given as CLOUD_STORAGE",
        ["blob-endpoint"] = "Azure Storage by identity: https://NAME.blob.core.windows.net",
        ["queue-endpoint"] = "Azure Storage by identity: https://NAME.queue.core.windows.net",
        ["table-endpoint"] = "Azure Storage by identity: https://NAME.table.core.windows.net",
        ["tls-cert"] = "Certificate chain, PEM; without it a self-signed one is made",
        ["tls-key"] = "Its private key, PEM",
        ["hostname"] = "What the server calls itself (the first domain)",
        ["mta-sts"] = "What the https port tells senders about TLS: none, testing or enforce (testing)",
        ["log-format"] = "plain or json",
        ["log-level"] = "trace, debug, information, warning, error, critical or none",
    };

    /// <summary>Settings that the container has as well.</summary>
    static IEnumerable<(string Name, string Value, string Description)> Table =>
        [
            .. SettingsReader.StrangerNames,
            .. SubmissionSettings.Names,
            .. GreylistSettings.Names,
            .. SettingsReader.DoorNames,
            .. SettingsReader.SenderNames,
            .. ReportSettings.Names,
            .. HookSettings.Names,
            .. ApiSettings.Names,
            .. TokenSettings.Names,
        ];

    public static Command Create()
    {
        var command = new Command("serve", "Receives mail, keeps it and lets it be read: SMTP, IMAP and POP3.");
        var configuration = new Option<string?>("--config")
        {
            Description = "JSON file with the same settings (or CLOUD_CONFIG)",
            HelpName = "FILE",
        };
        var switchTry = new Option<bool>("--try")
        {
            Description = "Makes example.test with alice and bob, prints their passwords and lines to paste",
        };
        var switchPrivate = new Option<bool>($"--{HookSettings.AllowPrivate}")
        {
            Description = Describe(HookSettings.AllowPrivate),
        };
        var options = SettingsReader
            .Names.Where(name => name is not ("try" or HookSettings.AllowPrivate))
            .Select(name => new Option<string[]>($"--{name}")
            {
                Description = Describe(name),
                HelpName = ValueOf(name),
            })
            .ToList();
        foreach (var option in options)
            command.Options.Add(option);
        command.Options.Add(switchTry);
        command.Options.Add(switchPrivate);
        command.Options.Add(configuration);

        command.SetAction(
            async (parsed, cancel) =>
            {
                var given = options.ToDictionary(
                    option => option.Name[2..],
                    option => (IReadOnlyList<string>)(parsed.GetValue(option) ?? [])
                );
                if (parsed.GetValue(switchTry))
                    given["try"] = ["true"];
                if (parsed.GetValue(switchPrivate))
                    given[HookSettings.AllowPrivate] = ["true"];
                var file = parsed.GetValue(configuration) ?? Environment.GetEnvironmentVariable("CLOUD_CONFIG");
                var (settings, faults) = new SettingsReader(given, Environment.GetEnvironmentVariable).Read(file);
                if (settings is null)
                    return Faults(faults);
                return await Server.RunAsync(settings, cancel);
            }
        );
        return command;
    }

    public static string ValueOf(string name) =>
        name switch
        {
            "data" or "functions" or "azurite" => "DIR",
            "domain" or "hostname" => "NAME",
            "users" or "tls-cert" or "tls-key" => "FILE",
            "store" => "local|azure|azurite",
            "gateway" => "local|functions",
            "connection-string" => "TEXT",
            "blob-endpoint" or "queue-endpoint" or "table-endpoint" => "URL",
            "mta-sts" => "none|testing|enforce",
            "log-level" => "LEVEL",
            "log-format" => "plain|json",
            _ => Table.FirstOrDefault(setting => setting.Name == name).Value ?? "HOST:PORT",
        };

    static string Describe(string name)
    {
        if (Descriptions.TryGetValue(name, out var text))
            return text;
        if (Table.FirstOrDefault(setting => setting.Name == name).Description is { } description)
            return description;
        var port = Settings.DefaultPorts.First(port => port.Name == name);
        return $"HOST:PORT, HOST:0 for any free port, or off (127.0.0.1:{port.Port})";
    }

    static int Faults(IReadOnlyList<string> faults)
    {
        Console.Error.WriteLine("cloud serve cannot start with these settings:");
        foreach (var fault in faults)
            Console.Error.WriteLine($"  {fault}");
        return ExitCode.Usage;
    }
}
