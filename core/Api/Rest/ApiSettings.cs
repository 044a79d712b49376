using System.Globalization;
using Cloud.Wire.Limits;

namespace Cloud.Api.Rest;

/// <summary>The settings of <see cref="ApiOptions"/> by their names: the same wherever the API is served.</summary>
public static class ApiSettings
{
    /// <summary>Octets of a MiB.</summary>
    internal const long Mebi = 1024 * 1024;

    /// <summary>The highest number taken for MiB: a PiB.</summary>
    const int Most = 1 << 30;

    public const string Proxies = "http-proxy-networks";
    public const string UploadsPerDay = "uploads-per-day";
    public const string UploadsKept = "uploads-kept";

    /// <summary>Each with the value a command line shows, and what it is, its default in brackets.</summary>
    public static IReadOnlyList<(string Name, string Value, string Description)> Names { get; } =
    [
        (Proxies, "NETWORK", "Proxies that name the HTTP API's clients in X-Forwarded-For; may be repeated (none)"),
        (UploadsPerDay, "MIB", $"What one key may bring by POST /uploads on a day ({ApiOptions.DefaultUploadsPerDay})"),
        (
            UploadsKept,
            "MIB",
            $"What may lie of uploads at a time, of one mailbox, domain or tenant ({ApiOptions.DefaultUploadsKept})"
        ),
    ];

    /// <param name="given">A setting's texts by its name; none where it is not given.</param>
    /// <param name="faults">Gets what is wrong, a sentence each, the setting's name first.</param>
    public static ApiOptions Read(Func<string, IReadOnlyList<string>> given, ICollection<string> faults)
    {
        var proxies = NetworkList.TryParse(given(Proxies), out var wrong);
        if (proxies is null)
            faults.Add(
                wrong is null
                    ? $"{Proxies}: there are {NetworkList.MaxEntries} at most."
                    : $"{Proxies}: \"{wrong}\" is no network such as 10.0.0.0/8, nor an address."
            );
        return new()
        {
            Proxies = proxies ?? NetworkList.Empty,
            UploadsPerDay = Octets(UploadsPerDay, ApiOptions.DefaultUploadsPerDay),
            UploadsKept = Octets(UploadsKept, ApiOptions.DefaultUploadsKept),
        };

        long Octets(string name, int otherwise)
        {
            var texts = given(name);
            if (texts.Count == 0)
                return otherwise * Mebi;
            var isOne =
                int.TryParse(texts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && number is >= 0 and <= Most;
            if (!isOne || texts.Count > 1)
                faults.Add($"{name}: must be a number of MiB from 0 to {Most}.");
            return number * Mebi;
        }
    }
}
