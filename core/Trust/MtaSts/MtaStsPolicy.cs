using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Cloud.Dns;

namespace Cloud.Trust.MtaSts;

/// <summary>Which hosts take a domain's mail, and how sure a sender has to be of them. RFC 8461 §3.2.</summary>
/// <param name="Mode">What senders have to do.</param>
/// <param name="MaxAge">How long the policy holds once it was read; at most <see cref="LongestAge"/>.</param>
/// <param name="Hosts">Patterns in lower case and A-labels: a name, or <c>*.</c> and a name for one label before it.</param>
public sealed record MtaStsPolicy(MtaStsMode Mode, TimeSpan MaxAge, IReadOnlyList<string> Hosts)
{
    /// <summary>Octets of a policy. RFC 8461 §3.3 suggests 64 KiB.</summary>
    public const int MaxLength = 64 * 1024;

    /// <summary>Patterns. Large domains have under ten; so many fit a stored row.</summary>
    public const int MaxHosts = 200;

    /// <summary>A year, RFC 8461 §3.2; a longer time counts as this.</summary>
    public static readonly TimeSpan LongestAge = TimeSpan.FromSeconds(31_557_600);

    /// <param name="octets">What the policy's address gave.</param>
    /// <param name="policy">What it says.</param>
    /// <param name="fault">Why it is none.</param>
    public static bool TryParse(
        ReadOnlySpan<byte> octets,
        [NotNullWhen(true)] out MtaStsPolicy? policy,
        [NotNullWhen(false)] out string? fault
    )
    {
        policy = null;
        if (octets.Length > MaxLength)
        {
            fault = $"more than {MaxLength} octets";
            return false;
        }

        var fields = new Fields();
        fault = null;
        foreach (var range in octets.Split((byte)'\n'))
        {
            var line = Encoding.Latin1.GetString(octets[range]).AsSpan().TrimEnd('\r').Trim(" \t");
            fault ??= line.IsEmpty ? null : fields.Read(line);
        }

        fault ??= fields.Missing();
        policy = fault is null ? new(fields.Mode!.Value, fields.MaxAge!.Value, fields.Hosts) : null;
        return policy is not null;
    }

    /// <summary>Whether a host may take the domain's mail. RFC 8461 §4.1: a wildcard is one label, the leftmost.</summary>
    /// <param name="host">Of a MX record.</param>
    public bool Matches(DnsName host) => Hosts.Any(pattern => Matches(pattern, host));

    /// <summary>As it is served and stored; what was unknown is not repeated.</summary>
    public string ToText()
    {
        var text = new StringBuilder("version: STSv1\n");
        text.Append(CultureInfo.InvariantCulture, $"mode: {Mode.ToString().ToLowerInvariant()}\n");
        foreach (var host in Hosts)
            text.Append(CultureInfo.InvariantCulture, $"mx: {host}\n");
        return text.Append(CultureInfo.InvariantCulture, $"max_age: {(long)MaxAge.TotalSeconds}\n").ToString();
    }

    static bool Matches(string pattern, DnsName host) =>
        pattern.StartsWith("*.", StringComparison.Ordinal)
            ? !host.IsRoot && DnsName.TryParse(pattern.AsSpan(2), out var parent) && host.Parent == parent
            : DnsName.TryParse(pattern, out var name) && host == name;

    /// <summary>What was read so far. Of a field that comes twice the first counts, but for mx. RFC 8461 §3.2.</summary>
    sealed class Fields
    {
        string? version;

        public MtaStsMode? Mode { get; private set; }

        public TimeSpan? MaxAge { get; private set; }

        public List<string> Hosts { get; } = [];

        /// <returns>A fault, or null.</returns>
        public string? Read(ReadOnlySpan<char> line)
        {
            var colon = line.IndexOf(':');
            if (colon < 1)
                return "a line that is no field";
            var value = line[(colon + 1)..].Trim(" \t");
            return line[..colon].TrimEnd(" \t") switch
            {
                "version" when version is null => (version = value.ToString()) == "STSv1" ? null : "another version",
                "mode" when Mode is null => ReadMode(value),
                "max_age" when MaxAge is null => ReadAge(value),
                "mx" => ReadHost(value),
                _ => null,
            };
        }

        public string? Missing() =>
            version is null ? "no version"
            : Mode is null ? "no mode"
            : MaxAge is null ? "no max_age"
            : Mode != MtaStsMode.None && Hosts.Count == 0 ? "no mx"
            : null;

        string? ReadMode(ReadOnlySpan<char> value)
        {
            Mode = value switch
            {
                "enforce" => MtaStsMode.Enforce,
                "testing" => MtaStsMode.Testing,
                "none" => MtaStsMode.None,
                _ => null,
            };
            return Mode is null ? "a mode that is none" : null;
        }

        string? ReadAge(ReadOnlySpan<char> value)
        {
            if (
                value.Length > 10
                || !long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var age)
            )
                return "max_age is no number of ten digits at most";
            MaxAge = TimeSpan.FromSeconds(Math.Min(age, (long)LongestAge.TotalSeconds));
            return null;
        }

        string? ReadHost(ReadOnlySpan<char> value)
        {
            if (Hosts.Count == MaxHosts)
                return $"more than {MaxHosts} mx";
            var name = value.StartsWith("*.", StringComparison.Ordinal) ? value[2..] : value;
            if (!IsName(name))
                return "an mx that is no host";
            Hosts.Add(value.ToString().ToLowerInvariant());
            return null;
        }

        /// <summary>Letters, digits, hyphens, and underscores, which some have; no dot at the end.</summary>
        static bool IsName(ReadOnlySpan<char> name)
        {
            foreach (var c in name)
            {
                if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '.' or '_'))
                    return false;
            }

            return name is not ([] or [.., '.']) && DnsName.TryParse(name, out _);
        }
    }
}
