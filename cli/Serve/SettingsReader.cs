using System.Net;
using System.Text;
using System.Text.Json;
using Cloud.Cli.Control;
using Cloud.Mail;
using Microsoft.Extensions.Logging;

namespace Cloud.Cli.Serve;

/// <summary>Puts settings together from the command line, the environment and a JSON file, in that order of weight.</summary>
/// <remarks>
/// The same names everywhere: <c>--log-level</c>, <c>CLOUD_LOG_LEVEL</c>, <c>"log-level"</c>. Lists are given by
/// repeating the option, with commas in the environment, as arrays in JSON. The connection string's variable is
/// <c>CLOUD_STORAGE</c>. Every fault is kept, so that all are told at once.
/// </remarks>
sealed class SettingsReader(
    IReadOnlyDictionary<string, IReadOnlyList<string>> commandLine,
    Func<string, string?> environment
)
{
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
        "log-level",
        "try",
    ];

    readonly Dictionary<string, IReadOnlyList<string>> file = [];
    readonly List<string> faults = [];

    /// <param name="configuration">The JSON file; null for none.</param>
    /// <returns>The settings, or the faults: one sentence each.</returns>
    public (Settings? Settings, IReadOnlyList<string> Faults) Read(string? configuration)
    {
        if (configuration is not null)
            ReadFile(configuration);

        var settings = new Settings(
            One("data") ?? "data",
            Domains(),
            ExistingFile("users"),
            Settings.DefaultPorts.ToDictionary(port => port.Name, port => Address(port.Name, port.Port)),
            Choice("store", StoreKind.Local),
            One("connection-string"),
            Endpoints(),
            Certificate(),
            Hostname(),
            Choice("log-level", LogLevel.Information),
            Switch("try"),
            Choice("gateway", GatewayKind.Local),
            One("functions") ?? Path.Combine(AppContext.BaseDirectory, "functions"),
            One("azurite") ?? Path.Combine(One("data") ?? "data", "azurite", "npm")
        );
        CheckStore(settings);
        CheckGateway(settings);
        CheckPorts(settings);
        return faults.Count == 0 ? (settings, faults) : (null, faults);
    }

    IReadOnlyList<string> All(string name)
    {
        if (commandLine.TryGetValue(name, out var given) && given.Count > 0)
            return given;
        var variable =
            name == "connection-string" ? "CLOUD_STORAGE" : $"CLOUD_{name.Replace('-', '_').ToUpperInvariant()}";
        if (environment(variable) is { Length: > 0 } value)
            return name == "connection-string" ? [value] : value.Split(',', StringSplitOptions.TrimEntries);
        return file.GetValueOrDefault(name) ?? [];
    }

    string? One(string name)
    {
        var values = All(name);
        if (values.Count > 1)
            faults.Add($"{name}: given {values.Count} times, and there can be one only.");
        return values.Count == 0 ? null : values[0];
    }

    void ReadFile(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path), Tolerant);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new JsonException("it is not one JSON object: { \"name\": value, … }.");
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (!Names.Contains(property.Name))
                    faults.Add($"{path}: there is no setting \"{property.Name}\".");
                else
                    file[property.Name] = Values(property.Value);
            }
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            faults.Add($"{path}: {e.Message}");
        }
    }

    static readonly JsonDocumentOptions Tolerant = new()
    {
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
    };

    static IReadOnlyList<string> Values(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray().Select(item => item.ToString())]
            : [value.ToString()];

    IReadOnlyList<string> Domains()
    {
        var domains = All("domain");
        foreach (var domain in domains)
        {
            if (!EmailAddress.IsDomain(domain) || domain[0] == '[')
                faults.Add($"domain: \"{domain}\" is no domain name.");
        }
        return domains;
    }

    string Hostname()
    {
        var name =
            One("hostname")
            ?? (All("domain") is [var first, ..] ? first : null)
            ?? (Switch("try") ? TryOut.Domain : "localhost");
        if (!EmailAddress.IsDomain(name))
            faults.Add($"hostname: \"{name}\" is no host name.");
        return name;
    }

    string? ExistingFile(string name)
    {
        var path = One(name);
        if (path is not null && !File.Exists(path))
            faults.Add($"{name}: there is no file {path}.");
        return path;
    }

    IPEndPoint? Address(string name, int port)
    {
        var text = One(name);
        if (text is null)
            return new IPEndPoint(IPAddress.Loopback, port);
        if (text.Equals("off", StringComparison.OrdinalIgnoreCase))
            return null;

        var localhost = text.StartsWith("localhost:", StringComparison.OrdinalIgnoreCase);
        var numeric = localhost ? $"127.0.0.1:{text[10..]}" : text;
        var colon = numeric.LastIndexOf(':');
        var host = numeric[..Math.Max(colon, 0)]; // An IPv6 address stands in brackets, else its end looks like a port.
        if (
            (!host.Contains(':') || host[^1] == ']')
            && host.Length > 0
            && IPEndPoint.TryParse(numeric, out var address)
        )
            return address;
        faults.Add($"{name}: \"{text}\" is not HOST:PORT (HOST an IP address, PORT 0 to 65535) nor \"off\".");
        return null;
    }

    T Choice<T>(string name, T otherwise)
        where T : struct, Enum
    {
        var text = One(name);
        if (text is null)
            return otherwise;
        if (!char.IsAsciiDigit(text.FirstOrDefault()) && Enum.TryParse<T>(text, ignoreCase: true, out var value))
            return value;
        var names = string.Join(", ", Enum.GetNames<T>().Select(n => n.ToLowerInvariant()));
        faults.Add($"{name}: \"{text}\" is none of {names}.");
        return otherwise;
    }

    bool Switch(string name)
    {
        var text = One(name);
        if (text is null or "false" or "False")
            return false;
        if (text is not ("true" or "True"))
            faults.Add($"{name}: \"{text}\" is neither true nor false.");
        return true;
    }

    ServiceEndpoints? Endpoints()
    {
        string[] names = ["blob-endpoint", "queue-endpoint", "table-endpoint"];
        var given = names.Select(One).ToArray();
        if (given.All(text => text is null))
            return null;

        var addresses = new Uri?[3];
        for (var i = 0; i < names.Length; i++)
        {
            if (given[i] is null)
                faults.Add($"{names[i]}: missing; the three endpoints go together.");
            else if (!Uri.TryCreate(given[i], UriKind.Absolute, out addresses[i]) || addresses[i]!.Scheme != "https")
                faults.Add($"{names[i]}: \"{given[i]}\" is no https address.");
        }
        return addresses.All(address => address is not null)
            ? new ServiceEndpoints(addresses[0]!, addresses[1]!, addresses[2]!)
            : null;
    }

    (string, string)? Certificate()
    {
        var (certificate, key) = (ExistingFile("tls-cert"), ExistingFile("tls-key"));
        if (certificate is null != key is null)
            faults.Add("tls-cert, tls-key: the one needs the other.");
        return certificate is null || key is null ? null : (certificate, key);
    }

    void CheckStore(Settings settings)
    {
        var socket = ControlServer.PathIn(settings.Data);
        if (settings.Store == StoreKind.Local && Encoding.UTF8.GetByteCount(socket) > ControlServer.MaxPath)
            faults.Add($"data: {socket} is longer than the {ControlServer.MaxPath} octets a socket's name may have.");
        var told = settings.ConnectionString is not null || All("blob-endpoint").Count > 0;
        if (settings.Store == StoreKind.Azure && !told)
        {
            faults.Add(
                "store: azure needs --connection-string (or CLOUD_STORAGE), or the three endpoints for an identity."
            );
        }
        if (settings.Store == StoreKind.Azurite && told)
            faults.Add("store: azurite is our own; a storage account's address goes with azure.");
        if (settings.ConnectionString is not null && settings.Endpoints is not null)
            faults.Add("connection-string: not together with the three endpoints.");
        else if (settings.Store == StoreKind.Azure && settings.ConnectionString is not null)
            faults.AddRange(OpenStore.AzureOptions(settings).Faults().Select(fault => $"{fault}."));
    }

    void CheckGateway(Settings settings)
    {
        if (settings.Gateway != GatewayKind.Functions)
            return;
        if (settings.Store == StoreKind.Local)
            faults.Add("gateway: functions needs --store azurite or azure; files have one process only.");
        if (!File.Exists(Path.Combine(settings.Functions, "host.json")))
        {
            faults.Add(
                $"functions: there is no host.json in {settings.Functions}; "
                    + "`dotnet publish functions -c Release -o DIR` makes such a folder."
            );
        }
    }

    void CheckPorts(Settings settings)
    {
        foreach (
            var twice in settings
                .Ports.Where(port => port.Value is { Port: > 0 })
                .GroupBy(port => port.Value!)
                .Where(group => group.Count() > 1)
        )
            faults.Add($"{string.Join(", ", twice.Select(port => port.Key))}: all on {twice.Key}.");
    }
}
