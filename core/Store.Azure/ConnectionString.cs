namespace Cloud.Store.Azure;

/// <summary>Reads a storage connection string: <c>Name=Value</c> pairs with semicolons between.</summary>
/// <remarks>
/// Faults never repeat a value, nor a name that is not known: either may be a piece of the key, cut by a slip of
/// the hand. Shared access signatures are refused: they end, and they would travel in addresses that get logged.
/// </remarks>
static class ConnectionString
{
    /// <summary>Account and key of every emulator, published by Microsoft: no secret.</summary>
    const string EmulatorAccount = "devstoreaccount1";
    const string EmulatorKey =
        "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    static readonly string[] Known =
    [
        "UseDevelopmentStorage",
        "DevelopmentStorageProxyUri",
        "DefaultEndpointsProtocol",
        "AccountName",
        "AccountKey",
        "EndpointSuffix",
        "BlobEndpoint",
        "QueueEndpoint",
        "TableEndpoint",
        "FileEndpoint",
        "BlobSecondaryEndpoint",
        "QueueSecondaryEndpoint",
        "TableSecondaryEndpoint",
        "FileSecondaryEndpoint",
        "SharedAccessSignature",
    ];

    /// <returns>Null when a fault was added.</returns>
    public static StorageAccount? Parse(string text, List<string> faults)
    {
        var before = faults.Count;
        var settings = Split(text, faults);
        if (settings.ContainsKey("SharedAccessSignature"))
        {
            faults.Add(
                "Connection string: a shared access signature is not supported; give AccountKey or use identity"
            );
            return null;
        }
        var account = settings.ContainsKey("UseDevelopmentStorage")
            ? Emulator(settings, faults)
            : Named(settings, faults);
        return faults.Count > before ? null : account;
    }

    static Dictionary<string, string> Split(string text, List<string> faults)
    {
        var settings = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var place = 0;
        foreach (var pair in text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            place++;
            var equals = pair.IndexOf('=');
            var name = equals < 0 ? null : pair[..equals].TrimEnd();
            if (name is null)
                faults.Add($"Connection string: part {place} is not Name=Value");
            else if (!Known.Contains(name, StringComparer.OrdinalIgnoreCase))
                faults.Add($"Connection string: the name in part {place} is not known");
            else if (!settings.TryAdd(name, pair[(equals + 1)..].TrimStart()))
                faults.Add($"Connection string: {name} is given twice");
        }
        return settings;
    }

    static StorageAccount? Emulator(Dictionary<string, string> settings, List<string> faults)
    {
        if (!settings["UseDevelopmentStorage"].Equals("true", StringComparison.OrdinalIgnoreCase))
            faults.Add("Connection string: UseDevelopmentStorage can only be true");
        if (settings.Keys.Any(name => name.StartsWith("Account", StringComparison.OrdinalIgnoreCase)))
            faults.Add("Connection string: UseDevelopmentStorage comes without account name and key");

        var host = settings.GetValueOrDefault("DevelopmentStorageProxyUri", "http://127.0.0.1").TrimEnd('/');
        var blobs = Endpoint("DevelopmentStorageProxyUri", $"{host}:10000/{EmulatorAccount}", faults);
        if (blobs is null)
            return null;

        Uri At(int port) => new($"{host}:{port}/{EmulatorAccount}");
        return new(EmulatorAccount, EmulatorKey, blobs, At(10001), At(10002));
    }

    static StorageAccount? Named(Dictionary<string, string> settings, List<string> faults)
    {
        var name = settings.GetValueOrDefault("AccountName");
        if (name is null)
            faults.Add("Connection string: AccountName is missing");
        else if (name.Length is < 3 or > 24 || !name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c)))
            faults.Add("Connection string: AccountName must be 3 to 24 lower-case letters and digits");

        var key = settings.GetValueOrDefault("AccountKey");
        if (key is null)
            faults.Add("Connection string: AccountKey is missing");
        else if (!Convert.TryFromBase64String(key, new byte[key.Length], out var length) || length == 0)
            faults.Add("Connection string: AccountKey is not base64");

        var scheme = settings.GetValueOrDefault("DefaultEndpointsProtocol", "https");
        if (scheme is not ("https" or "http"))
            faults.Add("Connection string: DefaultEndpointsProtocol must be https or http");

        var suffix = settings.GetValueOrDefault("EndpointSuffix", "core.windows.net");
        if (Uri.CheckHostName(suffix) == UriHostNameType.Unknown)
            faults.Add("Connection string: EndpointSuffix is not a host name");

        var blobs = Service("blob", "BlobEndpoint");
        var queues = Service("queue", "QueueEndpoint");
        var tables = Service("table", "TableEndpoint");
        return blobs is null || queues is null || tables is null ? null : new(name, key, blobs, queues, tables);

        Uri? Service(string service, string setting) =>
            settings.TryGetValue(setting, out var given) ? Endpoint(setting, given, faults)
            : Uri.TryCreate($"{scheme}://{name}.{service}.{suffix}", UriKind.Absolute, out var made) ? made
            : null;
    }

    static Uri? Endpoint(string setting, string text, List<string> faults)
    {
        if (
            Uri.TryCreate(text, UriKind.Absolute, out var uri)
            && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp)
            && uri.Query.Length == 0
        )
            return uri;
        faults.Add($"Connection string: {setting} must be an http or https address without a query");
        return null;
    }
}
