using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Cloud.Dns;

/// <summary>/etc/resolv.conf, as resolv.conf(5) describes it: `nameserver`, and of `options` timeout, attempts, trust-ad.</summary>
/// <remarks>Search lists are left out: mail's names are complete.</remarks>
public static class ResolvConf
{
    public const string DefaultPath = "/etc/resolv.conf";

    /// <summary>Octets of the file that are read.</summary>
    const int MaxLength = 64 * 1024;

    /// <summary>Seconds, the most that `timeout` may ask for: resolv.conf(5).</summary>
    const int MaxTimeout = 30;

    /// <summary>The most that `attempts` may ask for: resolv.conf(5).</summary>
    const int MaxAttempts = 5;

    /// <summary>The system's settings; where the file is missing or tells no server, the local one is asked.</summary>
    public static DnsSettings Read(string path = DefaultPath)
    {
        var buffer = new byte[MaxLength];
        try
        {
            using var file = File.OpenRead(path);
            return Parse(
                Encoding.UTF8.GetString(buffer, 0, file.ReadAtLeast(buffer, MaxLength, throwOnEndOfStream: false))
            );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new();
        }
    }

    /// <summary>The system's settings with what an operator sets in their place.</summary>
    /// <param name="servers">Asked instead; none: the system's.</param>
    /// <param name="trustsAuthenticated">
    /// Null as the system says of its own servers (<c>trust-ad</c>), and no of others, of which it says nothing.
    /// </param>
    public static DnsSettings Read(IReadOnlyList<IPEndPoint> servers, bool? trustsAuthenticated)
    {
        var settings = Read();
        if (servers.Count > 0)
            settings = settings with { Servers = servers, TrustAuthenticated = false };
        return settings with { TrustAuthenticated = trustsAuthenticated ?? settings.TrustAuthenticated };
    }

    /// <summary>Lines that are not understood do not count, as with the C library.</summary>
    public static DnsSettings Parse(string text)
    {
        var settings = new DnsSettings();
        var servers = new List<IPEndPoint>();
        foreach (var line in text.Split('\n'))
        {
            var words = line.Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
            if (words is ["nameserver", var address, ..] && TryParseAddress(address) is { } server)
                servers.Add(new(server, DnsSettings.DefaultPort));
            else if (words is ["options", .. var options])
                settings = options.Aggregate(settings, WithOption);
        }

        return servers.Count == 0 ? settings : settings with { Servers = [.. servers.Take(DnsSettings.MaxServers)] };
    }

    /// <summary>An address; IPv6 may have a scope (`fe80::1%eth0`), IPv4 has four parts.</summary>
    static IPAddress? TryParseAddress(string text) =>
        !text.Contains('[', StringComparison.Ordinal)
        && IPAddress.TryParse(text, out var address)
        && (address.AddressFamily == AddressFamily.InterNetworkV6 || text.Count(c => c == '.') == 3)
            ? address
            : null;

    static DnsSettings WithOption(DnsSettings settings, string option) =>
        option.Split(':') switch
        {
            ["timeout", var value] when TryNumber(value, MaxTimeout, out var seconds) => settings with
            {
                Timeout = TimeSpan.FromSeconds(seconds),
            },
            ["attempts", var value] when TryNumber(value, MaxAttempts, out var attempts) => settings with
            {
                Attempts = attempts,
            },
            ["trust-ad"] => settings with { TrustAuthenticated = true },
            _ => settings,
        };

    /// <summary>One or more, and no more than there may be: resolv.conf(5) cuts it silently.</summary>
    static bool TryNumber(string text, int max, out int number)
    {
        var isNumber = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number > 0;
        number = Math.Min(number, max);
        return isNumber;
    }
}
