using System.Net;
using System.Text;
using Cloud.Api.Gateway.OAuth;
using Cloud.Api.Rest;
using Cloud.Cli.Control;
using Cloud.Flow.Door.Greylisting;
using Cloud.Flow.Hooks;
using Cloud.Flow.Outbound.Reports;
using Cloud.Flow.Submission;
using Cloud.Listener.Hosting;
using Cloud.Listener.Hosting.Settings;
using Cloud.Mail;
using Cloud.Store.Ports;
using Microsoft.Extensions.Logging;

namespace Cloud.Cli.Serve;

/// <summary>Puts settings together from the command line, the environment and a JSON file, in that order of weight.</summary>
sealed class SettingsReader(
    IReadOnlyDictionary<string, IReadOnlyList<string>> commandLine,
    Func<string, string?> environment
) : DoorSettingSource(commandLine, environment)
{
    /// <summary>A secret has no place on a command line: the environment alone gives it.</summary>
    const string KeyVariable = "CLOUD_KEY_ENCRYPTION_KEY";

    readonly Func<string, string?> variables = environment;

    /// <summary>Every setting's name; an unknown one in the file is a fault, since it is mostly a typing mistake.</summary>
    public static readonly IReadOnlyList<string> Names =
    [
        "data",
        "domain",
        "users",
        .. Settings.DefaultPorts.Select(port => port.Name),
        "store",
        "gateway",
        "functions",
        "azurite",
        "connection-string",
        "blob-endpoint",
        "queue-endpoint",
        "table-endpoint",
        "tls-cert",
        "tls-key",
        "hostname",
        .. StrangerNames.Select(setting => setting.Name),
        .. SubmissionSettings.Names.Select(setting => setting.Name),
        .. GreylistSettings.Names.Select(setting => setting.Name),
        "mta-sts",
        .. DoorNames.Select(setting => setting.Name),
        .. SenderNames.Select(setting => setting.Name),
        .. ReportSettings.Names.Select(setting => setting.Name),
        .. HookSettings.Names.Select(setting => setting.Name),
        .. ApiSettings.Names.Select(setting => setting.Name),
        .. TokenSettings.Names.Select(setting => setting.Name),
        "log-level",
        "log-format",
        "try",
    ];

    /// <param name="configuration">The JSON file; null for none.</param>
    /// <returns>The settings, or the faults: one sentence each.</returns>
    public (Settings? Settings, IReadOnlyList<string> Faults) Read(string? configuration)
    {
        if (configuration is not null)
            ReadFile(configuration, Names);

        var limits = Limits();
        var (data, door) = (One("data") ?? "data", Door(Hostname(), limits.Abuse.Exempt));
        var suffixes = new SuffixSource(Path.Combine(data, SuffixSource.FileName), MayBeMissing: true);
        var settings = new Settings(
            data,
            Domains(),
            ExistingFile("users"),
            Settings.DefaultPorts.ToDictionary(
                port => port.Name,
                port => Address(port.Name, new IPEndPoint(IPAddress.Loopback, port.Port))
            ),
            Choice("store", StoreKind.Local),
            One("connection-string"),
            Endpoints(),
            Certificate(),
            Hostname(),
            Choice("log-level", LogLevel.Information),
            Choice("log-format", LogFormat.Plain),
            limits,
            door with
            {
                Suffixes = door.Suffixes ?? suffixes,
            },
            Switch("try"),
            Choice("gateway", GatewayKind.Local),
            One("functions") ?? Path.Combine(AppContext.BaseDirectory, "functions"),
            One("azurite") ?? Path.Combine(data, "azurite", "npm"),
            MtaSts(),
            KeyEncryptionSecret(),
            Sender(Hostname()),
            HandlerTexts(),
            Submission(),
            GreylistTimes(),
            TellsClient(),
            Reports(Hostname()),
            Hooks(),
            ApiSettings.Read(All, Faults),
            Tokens(asks: true)
        );
        CheckStore(settings);
        CheckGateway(settings);
        CheckPorts(settings.Ports);
        return Faults.Count == 0 ? (settings, Faults) : (null, Faults);
    }

    Dictionary<string, string> HandlerTexts()
    {
        var texts = SenderNames
            .Concat(SubmissionSettings.Names)
            .Concat(GreylistSettings.Names)
            .Concat(ReportSettings.Names)
            .Concat(HookSettings.Names)
            .Concat(ApiSettings.Names)
            .Concat(TokenSettings.Names)
            .Select(setting => setting.Name)
            .Concat([ResolverName, TrustAdName])
            .Where(name => All(name).Count > 0)
            .ToDictionary(Variable, name => string.Join(Separator(name), All(name)));
        foreach (var name in new[] { "smarthost-secret-file", TokenSettings.SecretFile }.Select(Variable))
        {
            if (texts.TryGetValue(name, out var file))
                texts[name] = Path.GetFullPath(file); // The app runs elsewhere.
        }
        foreach (var name in new[] { SmarthostSecretVariable, TokenSettings.SecretVariable })
        {
            if (variables(name) is { Length: > 0 } secret)
                texts[name] = secret;
        }
        return texts;
    }

    string Hostname()
    {
        var name =
            One("hostname")
            ?? (All("domain") is [var first, ..] ? first : null)
            ?? (Switch("try") ? TryOut.Domain : "localhost");
        if (!EmailAddress.IsDomain(name))
            Faults.Add($"hostname: \"{name}\" is no host name.");
        return name;
    }

    string? KeyEncryptionSecret()
    {
        if (variables(KeyVariable) is not { Length: > 0 } secret)
            return null;
        if (!KeyEncryptionKey.TryFromSecret(secret, out _))
            Faults.Add($"{KeyVariable}: must have at least {KeyEncryptionKey.MinSecret} characters.");
        return secret;
    }

    void CheckStore(Settings settings)
    {
        var socket = ControlServer.PathIn(settings.Data);
        if (settings.Store != StoreKind.Azure && Encoding.UTF8.GetByteCount(socket) > ControlServer.MaxPath)
            Faults.Add($"data: {socket} is longer than the {ControlServer.MaxPath} octets a socket's name may have.");
        var told = settings.ConnectionString is not null || All("blob-endpoint").Count > 0;
        if (settings.Store == StoreKind.Azure && !told)
        {
            Faults.Add(
                "store: azure needs --connection-string (or CLOUD_STORAGE), or the three endpoints for an identity."
            );
        }
        if (settings.Store == StoreKind.Azurite && told)
            Faults.Add("store: azurite is our own; a storage account's address goes with azure.");
        if (settings.ConnectionString is not null && settings.Endpoints is not null)
            Faults.Add("connection-string: not together with the three endpoints.");
        else if (settings.Store == StoreKind.Azure && settings.ConnectionString is not null)
            Faults.AddRange(OpenStore.AzureOptions(settings).Faults().Select(fault => $"{fault}."));
    }

    void CheckGateway(Settings settings)
    {
        if (settings.Gateway != GatewayKind.Functions)
            return;
        if (settings.Store == StoreKind.Local)
            Faults.Add("gateway: functions needs --store azurite or azure; files have one process only.");
        if (!File.Exists(Path.Combine(settings.Functions, "host.json")))
        {
            Faults.Add(
                $"functions: there is no host.json in {settings.Functions}; "
                    + "`dotnet publish functions -c Release -o DIR` makes such a folder."
            );
        }
    }
}
