using System.Globalization;
using System.Net;
using System.Text.Json;
using Cloud.Api.WellKnown;
using Cloud.Flow.Outbound.Relay.Smarthosts;
using Cloud.Mail;

namespace Cloud.Listener.Hosting.Settings;

/// <summary>Reads settings from a command line, the environment and a JSON file, in that order of weight.</summary>
/// <remarks>
/// The same names everywhere: <c>--log-level</c>, <c>CLOUD_LOG_LEVEL</c>, <c>"log-level"</c>. Lists are given by
/// repeating the option, with commas in the environment (semicolons between what has commas of its own), as arrays in
/// JSON; what can be given once only is never cut. The connection string's variable is <c>CLOUD_STORAGE</c>. Every
/// fault is kept, in words, so that all are told at once.
/// </remarks>
public abstract partial class SettingSource(
    IReadOnlyDictionary<string, IReadOnlyList<string>> commandLine,
    Func<string, string?> environment
)
{
    readonly Dictionary<string, IReadOnlyList<string>> file = [];

    /// <summary>One sentence each; empty when all is well.</summary>
    protected List<string> Faults { get; } = [];

    /// <summary>A setting's name in the environment.</summary>
    public static string Variable(string name) =>
        name == "connection-string" ? "CLOUD_STORAGE" : $"CLOUD_{name.Replace('-', '_').ToUpperInvariant()}";

    /// <param name="names">Every setting's: an unknown one in the file is a fault, since it is mostly a typing mistake.</param>
    protected void ReadFile(string path, IReadOnlyList<string> names)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path), Tolerant);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new JsonException("it is not one JSON object: { \"name\": value, … }.");
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (!names.Contains(property.Name))
                    Faults.Add($"{path}: there is no setting \"{property.Name}\".");
                else
                    file[property.Name] = Values(property.Value);
            }
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            Faults.Add($"{path}: {e.Message}");
        }
    }

    protected IReadOnlyList<string> All(string name) =>
        Given(
            name,
            value =>
                name is "connection-string" or "report-organization"
                    ? [value]
                    : value.Split(Separator(name), StringSplitOptions.TrimEntries)
        );

    /// <summary>Smarthosts and lists of the domain name system have commas of their own.</summary>
    protected static char Separator(string name) =>
        name is "smarthost" or "dns-list" ? SmarthostTableText.Separator : ',';

    protected string? One(string name)
    {
        var values = Given(name, value => [value]); // A key may have commas, and a path.
        if (values.Count > 1)
            Faults.Add($"{name}: given {values.Count} times, and there can be one only.");
        return values.Count == 0 ? null : values[0];
    }

    IReadOnlyList<string> Given(string name, Func<string, IReadOnlyList<string>> parted)
    {
        if (commandLine.TryGetValue(name, out var given) && given.Count > 0)
            return given;
        if (environment(Variable(name)) is { Length: > 0 } value)
            return parted(value.Trim());
        return file.GetValueOrDefault(name) ?? [];
    }

    /// <summary>A variable that is no setting, since a secret has no place on a command line and in no list.</summary>
    protected string? Secret(string variable) => environment(variable) is { Length: > 0 } text ? text : null;

    protected string? ExistingFile(string name)
    {
        var path = One(name);
        if (path is not null && !File.Exists(path))
            Faults.Add($"{name}: there is no file {path}.");
        return path;
    }

    /// <returns>Null for off.</returns>
    protected IPEndPoint? Address(string name, IPEndPoint? otherwise)
    {
        var text = One(name);
        if (text is null)
            return otherwise;
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
        Faults.Add($"{name}: \"{text}\" is not HOST:PORT (HOST an IP address, PORT 0 to 65535) nor \"off\".");
        return null;
    }

    protected T Choice<T>(string name, T otherwise)
        where T : struct, Enum
    {
        var text = One(name);
        if (text is null)
            return otherwise;
        if (!char.IsAsciiDigit(text.FirstOrDefault()) && Enum.TryParse<T>(text, ignoreCase: true, out var value))
            return value;
        var names = string.Join(", ", Enum.GetNames<T>().Select(n => n.ToLowerInvariant()));
        Faults.Add($"{name}: \"{text}\" is none of {names}.");
        return otherwise;
    }

    protected bool Switch(string name, bool otherwise = false)
    {
        var text = One(name);
        if (text is null)
            return otherwise;
        if (text is "false" or "False")
            return false;
        if (text is not ("true" or "True"))
            Faults.Add($"{name}: \"{text}\" is neither true nor false.");
        return true;
    }

    /// <summary>A whole number from <paramref name="least"/> to <paramref name="most"/>.</summary>
    protected int Number(string name, int otherwise, int least, int most)
    {
        var text = One(name);
        if (text is null)
            return otherwise;
        if (
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= least
            && number <= most
        )
            return number;
        Faults.Add($"{name}: \"{text}\" is no number from {least} to {most}.");
        return otherwise;
    }

    /// <summary>An address without name, password or query; it is not repeated, for a secret may stand in it.</summary>
    /// <param name="httpAllowed">False where a secret goes along.</param>
    protected Uri? WebAddress(string name, bool httpAllowed = false)
    {
        var text = One(name);
        if (text is null)
            return null;
        if (
            !Uri.TryCreate(text, UriKind.Absolute, out var address)
            || !(address.Scheme == Uri.UriSchemeHttps || (httpAllowed && address.Scheme == Uri.UriSchemeHttp))
        )
            Faults.Add($"{name}: must be an https address.");
        else if (address.Query.Length > 0 || address.UserInfo.Length > 0)
            Faults.Add($"{name}: must have no query and no password; a shared access signature is not supported.");
        else
            return address;
        return null;
    }

    protected IReadOnlyList<string> Domains()
    {
        var domains = All("domain");
        foreach (var domain in domains)
        {
            if (!EmailAddress.IsDomain(domain) || domain[0] == '[')
                Faults.Add($"domain: \"{domain}\" is no domain name.");
        }
        return domains;
    }

    /// <summary>Azure Storage's services, reached by identity.</summary>
    /// <param name="withTables">False where somebody else keeps the index.</param>
    /// <returns>Null when none is given.</returns>
    protected ServiceEndpoints? Endpoints(bool withTables = true)
    {
        string[] needed = withTables
            ? ["blob-endpoint", "queue-endpoint", "table-endpoint"]
            : ["blob-endpoint", "queue-endpoint"];
        if (needed.All(name => One(name) is null))
            return null;

        Faults.AddRange(
            needed
                .Where(name => One(name) is null)
                .Select(name => $"{name}: missing; the {needed.Length} endpoints go together.")
        );
        var (blob, queue) = (WebAddress("blob-endpoint"), WebAddress("queue-endpoint"));
        var table = withTables ? WebAddress("table-endpoint") : null;
        return blob is null || queue is null ? null : new ServiceEndpoints(blob, queue, table);
    }

    /// <summary>PEM files that exist; null when none are named.</summary>
    protected (string Certificate, string Key)? Certificate()
    {
        var (certificate, key) = (ExistingFile("tls-cert"), ExistingFile("tls-key"));
        if (certificate is null != key is null)
            Faults.Add("tls-cert, tls-key: the one needs the other.");
        return certificate is null || key is null ? null : (certificate, key);
    }

    /// <summary>What our domains ask of senders; the default is the mildest that tells anything.</summary>
    protected StsMode MtaSts() => Choice("mta-sts", StsMode.Testing);

    /// <summary>Ports on which two would listen are faults.</summary>
    protected void CheckPorts(IReadOnlyDictionary<string, IPEndPoint?> ports)
    {
        foreach (
            var twice in ports
                .Where(port => port.Value is { Port: > 0 })
                .GroupBy(port => port.Value!)
                .Where(group => group.Count() > 1)
        )
            Faults.Add($"{string.Join(", ", twice.Select(port => port.Key))}: all on {twice.Key}.");
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
}
