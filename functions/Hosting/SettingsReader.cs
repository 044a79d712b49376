using System.Globalization;
using Cloud.Api.Gateway.OAuth;
using Cloud.Api.Rest;
using Cloud.Flow.Door.Greylisting;
using Cloud.Flow.Hooks;
using Cloud.Flow.Outbound.Reports;
using Cloud.Flow.Submission;
using Cloud.Functions.Authorization;
using Cloud.Store.Azure;
using Cloud.Store.Ports;

namespace Cloud.Functions.Hosting;

/// <summary>Reads the settings from the environment and keeps every fault, so that all are told at once.</summary>
/// <remarks>
/// <c>MailStorage</c> is the connection that function.json names: the handler reads it as the host does, a connection
/// string under the exact name before <c>MailStorage__blobServiceUri</c> and its like.
/// </remarks>
sealed partial class SettingsReader(Func<string, string?> environment)
{
    public const string Port = "FUNCTIONS_CUSTOMHANDLER_PORT";
    public const string Storage = "MailStorage";
    public const string GatewayAuthorization = "CLOUD_GATEWAY_AUTH";
    public const string GatewayKey = "CLOUD_GATEWAY_KEY";
    public const string TokenTenant = "CLOUD_GATEWAY_TENANT";
    public const string TokenAudience = "CLOUD_GATEWAY_AUDIENCE";
    public const string TokenRole = "CLOUD_GATEWAY_ROLE";
    public const string TokenClients = "CLOUD_GATEWAY_CLIENTS";
    public const string KeyEncryption = "CLOUD_KEY_ENCRYPTION_KEY";
    public const string Hostname = "CLOUD_HOSTNAME";
    public const string Smarthost = "CLOUD_SMARTHOST";
    public const string SmarthostUser = "CLOUD_SMARTHOST_USER";
    public const string SmarthostSecretText = "CLOUD_SMARTHOST_SECRET";
    public const string SmarthostSecretFile = "CLOUD_SMARTHOST_SECRET_FILE";
    public const string RelayNetworks = "CLOUD_RELAY_NETWORKS";
    public const string Resolver = "CLOUD_RESOLVER";
    public const string TrustAd = "CLOUD_TRUST_AD";
    public const string EndsWithInput = "CLOUD_ENDS_WITH_INPUT";
    public const string Level = "CLOUD_LOG_LEVEL";

    /// <summary>The platform's own, of the app's address.</summary>
    const string SiteName = "WEBSITE_HOSTNAME";

    /// <summary>Characters of a gateway key: 128 bits in hexadecimal; a key of the platform has more.</summary>
    public const int ShortestKey = 32;

    /// <summary>Highest number taken where a number means "so many".</summary>
    const int Most = 1_000_000;

    readonly List<string> faults = [];

    /// <returns>The settings, or the faults: one sentence each, without secrets.</returns>
    public (HandlerSettings? Settings, IReadOnlyList<string> Faults) Read()
    {
        var port = PortNumber();
        var storage = StorageOptions();
        var callers = GatewayCallers();
        var level = LogLevelOf(Given(Level));
        var ends = Switch(EndsWithInput);
        var key = KeyEncryptionKeyOf(Given(KeyEncryption));
        var submission = SubmissionSettings.Read((name, standard) => Number(name, standard, 0, Most));
        var greylist = GreylistSettings.Read(Number);
        var (relay, dns) = (Sender(), Dns());
        var reports = Reports(relay.Hostname);
        var hooks = Hooks();
        var api = Shared(wrong => ApiSettings.Read(name => List(VariableOf(name)), wrong));
        var tokens = UserTokens();
        if (faults.Count > 0)
            return (null, faults);
        var settings = new HandlerSettings(port, storage, callers!, level, ends, key)
        {
            Submission = submission,
            Greylist = greylist,
            Relay = relay,
            Dns = dns,
            Reports = reports,
            Hooks = hooks,
            Api = api,
            Tokens = tokens,
        };
        return (settings, faults);
    }

    /// <summary>A setting that the listener's programs have as well, by their name of it.</summary>
    int Number(string name, int otherwise, int least, int most)
    {
        var variable = VariableOf(name);
        if (Given(variable) is not { } text)
            return otherwise;
        if (
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= least
            && number <= most
        )
            return number;
        faults.Add($"{variable}: must be a number from {least} to {most}.");
        return otherwise;
    }

    static string VariableOf(string name) => $"CLOUD_{name.Replace('-', '_').ToUpperInvariant()}";

    ReportOptions Reports(string hostname) =>
        Shared(wrong => ReportSettings.Read(name => Given(VariableOf(name)), hostname, wrong));

    /// <summary>Links in them lead to this app's own API, unless another address is given.</summary>
    HookOptions Hooks()
    {
        var hooks = Shared(wrong => HookSettings.Read(name => Given(VariableOf(name)), wrong));
        return hooks.PublicUrl is null && Given(SiteName) is { } site
            ? hooks with
            {
                PublicUrl = new Uri($"https://{site}"),
            }
            : hooks;
    }

    /// <summary>Of users who log in, not of the gateway's callers.</summary>
    TokenOptions? UserTokens()
    {
        var secret = Given(TokenSettings.SecretVariable);
        if (secret is not null && IsUnresolved(secret))
            faults.Add($"{TokenSettings.SecretVariable}: could not be read from the vault.");
        return Shared(wrong => TokenSettings.Read(name => Given(VariableOf(name)), secret, asks: true, wrong));
    }

    T Shared<T>(Func<List<string>, T> read)
    {
        var wrong = new List<string>();
        var settings = read(wrong);
        foreach (var fault in wrong)
            faults.Add(VariableOf(fault[..fault.IndexOf(':')]) + fault[fault.IndexOf(':')..]);
        return settings;
    }

    int PortNumber()
    {
        var isPort = int.TryParse(Given(Port), NumberStyles.None, CultureInfo.InvariantCulture, out var port);
        if (!isPort || port is < 1 or > ushort.MaxValue)
            faults.Add($"{Port}: must be a port, 1 to 65535; the Functions host sets it.");
        return port;
    }

    AzureStoreOptions StorageOptions()
    {
        if (Given(Storage) is { } connectionString)
        {
            var options = new AzureStoreOptions { ConnectionString = connectionString };
            faults.AddRange(options.Faults().Select(fault => $"{Storage}: {fault}."));
            return options;
        }

        var credential = Given($"{Storage}__credential");
        if (credential is not null and not "managedidentity")
            faults.Add($"{Storage}__credential: can only be managedidentity.");
        var identity = Given($"{Storage}__clientId");
        return new()
        {
            BlobEndpoint = Endpoint("blob"),
            QueueEndpoint = Endpoint("queue"),
            TableEndpoint = Endpoint("table"),
            ManagedIdentity = identity ?? (credential is null ? null : AzureStoreOptions.SystemAssigned),
        };
    }

    Uri? Endpoint(string service)
    {
        var name = $"{Storage}__{service}ServiceUri";
        var text = Given(name);
        if (text is null)
            faults.Add($"{name}: missing (or give {Storage}, a connection string).");
        else if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme != Uri.UriSchemeHttps)
            faults.Add($"{name}: must be an https address.");
        else if (address.Query.Length > 0)
            faults.Add($"{name}: must not have a query; a shared access signature is not supported.");
        else
            return address;
        return null;
    }

    IAuthorization? GatewayCallers()
    {
        var key = Given(GatewayKey);
        switch (Given(GatewayAuthorization))
        {
            case null or "key" when key is not null:
                if (key.Length < ShortestKey)
                    faults.Add($"{GatewayKey}: must have at least {ShortestKey} characters.");
                return new KeyAuthorization(key);
            case null or "key":
                faults.Add($"{GatewayKey}: missing; nobody could be let in (see {GatewayAuthorization}).");
                return null;
            case "platform":
                return new PlatformAuthorization();
            case "token":
                return Tokens();
            default:
                faults.Add($"{GatewayAuthorization}: must be key, token or platform.");
                return null;
        }
    }

    TokenAuthorization? Tokens()
    {
        if (Rules() is not { } rules)
            return null;
        var keys = new SigningKeys(new(), TokenRules.PublicCloud, rules.Tenant, TimeProvider.System);
        return new(rules, keys, TimeProvider.System);
    }

    /// <returns>Null when there are faults in them.</returns>
    public TokenRules? Rules()
    {
        var before = faults.Count;
        if (!Guid.TryParse(Given(TokenTenant), out var tenant))
            faults.Add($"{TokenTenant}: must be the tenant's id.");
        var audiences = List(TokenAudience);
        if (audiences.Length == 0)
            faults.Add($"{TokenAudience}: missing; the app's id or id URI, or both with a comma.");
        var clients = new List<Guid>();
        foreach (var name in List(TokenClients))
        {
            if (Guid.TryParse(name, out var client))
                clients.Add(client);
            else
                faults.Add($"{TokenClients}: application ids, with commas.");
        }
        return faults.Count > before
            ? null
            : new(tenant, audiences, Given(TokenRole) ?? TokenRules.DefaultRole, clients);
    }

    string[] List(string name) =>
        Given(name)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];

    LogLevel LogLevelOf(string? text)
    {
        if (text is null)
            return LogLevel.Information;
        if (!char.IsAsciiDigit(text[0]) && Enum.TryParse<LogLevel>(text, ignoreCase: true, out var level))
            return level;
        faults.Add($"{Level}: must be trace, debug, information, warning, error, critical or none.");
        return LogLevel.Information;
    }

    KeyEncryptionKey? KeyEncryptionKeyOf(string? secret)
    {
        if (secret is null)
            return null;
        if (IsUnresolved(secret))
            faults.Add($"{KeyEncryption}: could not be read from the vault.");
        if (!KeyEncryptionKey.TryFromSecret(secret, out var key))
            faults.Add($"{KeyEncryption}: must have at least {KeyEncryptionKey.MinSecret} characters.");
        return key;
    }

    /// <summary>What the platform could not fetch from the vault it leaves as it stands: that is known to many.</summary>
    static bool IsUnresolved(string secret) =>
        secret.StartsWith("@Microsoft.KeyVault(", StringComparison.OrdinalIgnoreCase);

    bool Switch(string name)
    {
        var text = Given(name);
        if (text is not (null or "true" or "false"))
            faults.Add($"{name}: must be true or false.");
        return text == "true";
    }

    string? Given(string name) => environment(name) is { Length: > 0 } value ? value : null;
}
