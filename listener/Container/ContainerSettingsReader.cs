using System.Net;
using System.Text.RegularExpressions;
using Cloud.Api.WellKnown;
using Cloud.Listener.Hosting;
using Cloud.Listener.Hosting.Settings;
using Cloud.Listener.Tls.Acme;
using Cloud.Mail;
using Cloud.Store.Azure;
using Cloud.Store.Ports;
using Microsoft.Extensions.Logging;

namespace Cloud.Listener.Container;

/// <summary>Reads the container's settings from the environment, and from nowhere else.</summary>
/// <remarks>Names are those of <c>cloud serve</c>; what it does not have is told in docs/listener.md.</remarks>
sealed partial class ContainerSettingsReader(Func<string, string?> environment)
    : DoorSettingSource(new Dictionary<string, IReadOnlyList<string>>(), environment)
{
    const int MatchMilliseconds = 1000;

    readonly Func<string, string?> variables = environment;

    /// <returns>The settings, or the faults: one sentence each, by the variables' names.</returns>
    public (ContainerSettings? Settings, IReadOnlyList<string> Faults) Read()
    {
        var gateway = Gateway();
        var limits = Limits();
        var settings = new ContainerSettings
        {
            Hostname = HostName(),
            Domains = Domains(),
            Ports = Fronts.Registered.ToDictionary(
                port => port.Name,
                port => Address(port.Name, new IPEndPoint(IPAddress.Any, port.Port))
            ),
            Http = HealthPort(),
            Https = PagesPort(),
            MtaSts = MtaSts(),
            Gateway = gateway,
            ConnectionString = One("connection-string"),
            Endpoints = Endpoints(withTables: gateway.Address is null),
            Identity = variables("AZURE_CLIENT_ID") is { Length: > 0 } id ? id : null,
            Tls = Tls(),
            Limits = limits,
            Door = Door(One("hostname") ?? "localhost", limits.Abuse.Exempt),
            Submission = Submission(),
            Greylist = GreylistTimes(),
            Relay = Sender(One("hostname") ?? "localhost"),
            Reports = Reports(One("hostname") ?? "localhost"),
            Hooks = Hooks(),
            Tokens = Tokens(asks: gateway.Address is null),
            KeyEncryption = KeyEncryption(),
            TellsClient = TellsClient(),
            LogLevel = Choice("log-level", LogLevel.Information),
            LogFormat = Choice("log-format", LogFormat.Plain),
        };
        CheckStorage(settings);
        CheckPorts(
            settings
                .Ports.Append(new("http", settings.Http))
                .Append(new("https", settings.Https))
                .Append(new("acme-http", settings.Tls.Acme?.Http))
                .ToDictionary(port => port.Key, port => port.Value)
        );
        return Faults.Count == 0 ? (settings, []) : (null, [.. Faults.Distinct().Select(InVariables)]);
    }

    /// <summary>The same, without saying what is wrong: for the health probe, which needs no more.</summary>
    public IPEndPoint? HealthPort() => Address("http", new IPEndPoint(IPAddress.Loopback, 8080));

    IPEndPoint? PagesPort() => Address("https", new IPEndPoint(IPAddress.Any, 443));

    /// <summary>Faults are told in the names that the operator wrote.</summary>
    static string InVariables(string fault)
    {
        var colon = fault.IndexOf(": ", StringComparison.Ordinal);
        var names = colon < 0 ? [] : fault[..colon].Split(", ");
        return names.Length > 0 && names.All(name => SettingName().IsMatch(name))
            ? string.Join(", ", names.Select(Variable)) + fault[colon..]
            : fault;
    }

    string HostName()
    {
        var name = One("hostname");
        if (name is null)
            Faults.Add("hostname: missing; it is what the server calls itself, and the name in its certificate.");
        else if (!EmailAddress.IsDomain(name) || name[0] == '[')
            Faults.Add($"hostname: \"{name}\" is no host name.");
        return name ?? "localhost";
    }

    KeyEncryptionKey? KeyEncryption()
    {
        // Not by its setting: commas in it part nothing.
        if (variables(Variable("key-encryption-key")) is not { Length: > 0 } secret)
            return null;
        if (!KeyEncryptionKey.TryFromSecret(secret, out var key))
            Faults.Add($"key-encryption-key: must have at least {KeyEncryptionKey.MinSecret} characters.");
        return key;
    }

    GatewaySettings Gateway()
    {
        var (text, key, audience) = (One("gateway"), One("gateway-key"), One("gateway-audience"));
        if (text is null)
            Faults.Add(
                "gateway: missing; the Functions app's https address, or \"direct\" to read the store from here."
            );
        var direct = "direct".Equals(text, StringComparison.OrdinalIgnoreCase);
        var address = direct ? null : WebAddress("gateway", httpAllowed: IsLoopback(text));
        if (direct && (key ?? audience) is not null)
            Faults.Add("gateway-key, gateway-audience: not together with a direct gateway.");
        else if (text is not null && !direct && key is null == audience is null)
            Faults.Add(
                "gateway-key, gateway-audience: one of the two is needed, a function key or an identity's audience."
            );
        return new GatewaySettings
        {
            Address = address,
            Key = key,
            Audience = audience,
            Listener = Listener(),
        };
    }

    string? Listener()
    {
        var name = One("listener");
        if (name is not null && !ListenerName().IsMatch(name))
            Faults.Add($"listener: \"{name}\" is not 16 hexadecimal digits in lower case.");
        return name;
    }

    /// <summary>Nobody listens between here and here.</summary>
    static bool IsLoopback(string? address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var parsed) && parsed.IsLoopback;

    /// <summary>Whoever else were asked would get a token for all vaults.</summary>
    static bool IsVault(Uri address) =>
        address.IsLoopback || address.Host.EndsWith(KeyVaultSecret.Suffix, StringComparison.OrdinalIgnoreCase);

    TlsSettings Tls()
    {
        var (files, vault, acme) = (Certificate(), WebAddress("tls-vault-secret"), Acme());
        if (vault is not null && !(IsVault(vault) && VaultSecretPath().IsMatch(vault.AbsolutePath)))
            Faults.Add($"tls-vault-secret: is not https://VAULT{KeyVaultSecret.Suffix}/secrets/NAME.");
        if (new[] { files is not null, vault is not null, acme is not null }.Count(given => given) > 1)
            Faults.Add("tls-cert, tls-vault-secret, acme: a certificate comes from one place only.");
        return new TlsSettings
        {
            Files = files,
            VaultSecret = vault,
            VaultInterval = TimeSpan.FromHours(Number("tls-vault-hours", 4, 1, 24)),
            Acme = acme,
        };
    }

    AcmeSettings? Acme()
    {
        var kind = One("acme");
        if (kind is null or "off")
            return null;
        if (kind is not ("http-01" or "dns-01"))
            Faults.Add($"acme: \"{kind}\" is none of off, http-01, dns-01.");

        var directory = WebAddress("acme-directory");
        if (One("acme-directory") is null)
            Faults.Add("acme-directory: missing; the address of the authority's directory.");
        var zone = One("acme-zone");
        if (kind == "dns-01" && (zone is null || !ZoneId().IsMatch(zone)))
            Faults.Add("acme-zone: dns-01 needs an Azure DNS zone's resource id (/subscriptions/…/dnsZones/NAME).");
        return new AcmeSettings
        {
            Options = new AcmeOptions
            {
                Directory = directory ?? new Uri("https://localhost/"),
                Names = Names(wildcards: kind == "dns-01"),
                MoreNames = PageNames(),
                Account = Account(),
            },
            Directory = One("acme-container") is null ? DataDirectory() : null,
            Container = StateContainer(),
            Http = kind == "http-01" ? Address("acme-http", new IPEndPoint(IPAddress.Any, 80)) : null,
            Zone = kind == "dns-01" ? zone : null,
        };
    }

    /// <summary>The certificate's names; the host's own where none are given.</summary>
    List<string> Names(bool wildcards)
    {
        var given = All("acme-names");
        if (given.Count == 0)
            given = One("hostname") is { } host ? [host] : [];
        if (given.Count > 100)
            Faults.Add($"acme-names: {given.Count} names, and a certificate holds 100.");
        var names = new List<string>();
        foreach (var name in given)
        {
            var plain = wildcards && name.StartsWith("*.", StringComparison.Ordinal) ? name[2..] : name;
            if (DomainName.ToAscii(plain) is { } ascii)
                names.Add(name[..^plain.Length] + ascii);
            else
                Faults.Add($"acme-names: \"{name}\" is no name that {(wildcards ? "dns-01" : "http-01")} can prove.");
        }
        return [.. names.Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Those of the domains' pages; where the operator names the names, they are all.</summary>
    IReadOnlyList<string> PageNames() =>
        All("acme-names").Count > 0 || PagesPort() is null
            ? []
            : [.. WellKnownPages.NamesOf([.. All("domain").Select(DomainName.ToAscii).OfType<string>()])];

    /// <summary>A blob container for what must outlive a restart, where the platform gives no directory that does.</summary>
    Uri? StateContainer()
    {
        if (One("acme-container") is not { } name)
            return null;
        if (!ContainerName().IsMatch(name))
            Faults.Add($"acme-container: \"{name}\" is no name of a blob container.");
        else if (WebAddress("blob-endpoint") is { } blobs)
            return new Uri($"{blobs.AbsoluteUri.TrimEnd('/')}/{name}");
        else
            Faults.Add("acme-container: needs blob-endpoint; it is reached by the identity.");
        return null;
    }

    string DataDirectory()
    {
        var directory = One("data");
        if (directory is null)
            Faults.Add("data: missing; the directory where the certificate and the account's key outlive a restart.");
        else if (!Directory.Exists(directory))
            Faults.Add($"data: there is no directory {directory}.");
        return directory ?? "";
    }

    AcmeAccount Account()
    {
        var (contact, id, key) = (One("acme-contact"), One("acme-key-id"), One("acme-key"));
        if (contact is not null && EmailAddress.TryParse(contact) is null)
            Faults.Add($"acme-contact: \"{contact}\" is no mail address.");
        if (id is null != key is null)
            Faults.Add("acme-key-id, acme-key: the one needs the other (external account binding).");
        return new AcmeAccount
        {
            Contact = contact,
            BindingKeyId = id,
            BindingSecret = Decode(key),
        };
    }

    byte[] Decode(string? key)
    {
        try
        {
            return key is null ? [] : System.Buffers.Text.Base64Url.DecodeFromChars(key);
        }
        catch (FormatException)
        {
            Faults.Add("acme-key: it is not base64url, as authorities hand it out.");
            return [];
        }
    }

    void CheckStorage(ContainerSettings settings)
    {
        var told = settings.ConnectionString is not null || All("blob-endpoint").Count > 0;
        if (!told)
            Faults.Add(
                "connection-string: missing; Azure Storage by connection string, or by its services' endpoints."
            );
        if (settings.ConnectionString is null)
            return;
        if (All("blob-endpoint").Count > 0)
            Faults.Add("connection-string: not together with the endpoints.");
        else
            Faults.AddRange(
                new AzureStoreOptions { ConnectionString = settings.ConnectionString }
                    .Faults()
                    .Select(fault => $"connection-string: {fault}.")
            );
    }

    [GeneratedRegex("^(?!0{16})[0-9a-f]{16}$", RegexOptions.None, MatchMilliseconds)]
    private static partial Regex ListenerName();

    /// <summary>docs: "Naming and referencing containers".</summary>
    [GeneratedRegex("^(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*$", RegexOptions.ExplicitCapture, MatchMilliseconds)]
    private static partial Regex ContainerName();

    [GeneratedRegex("^[a-z0-9-]+$", RegexOptions.None, MatchMilliseconds)]
    private static partial Regex SettingName();

    [GeneratedRegex("^/secrets/[A-Za-z0-9-]{1,127}$", RegexOptions.None, MatchMilliseconds)]
    private static partial Regex VaultSecretPath();

    [GeneratedRegex(
        "^/subscriptions/[0-9A-Fa-f-]+/resourceGroups/[^/]+/providers/Microsoft.Network/dnsZones/[^/]+$",
        RegexOptions.IgnoreCase,
        MatchMilliseconds
    )]
    private static partial Regex ZoneId();
}
