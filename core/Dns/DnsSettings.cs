using System.Globalization;
using System.Net;

namespace Cloud.Dns;

/// <summary>Whom a <see cref="Resolver"/> asks, how long, and how much it keeps.</summary>
public sealed record DnsSettings
{
    /// <summary>Port of name servers. RFC 1035 §4.2.</summary>
    public const int DefaultPort = 53;

    /// <summary>Servers that are tried at all: three is what resolv.conf(5) allows, more only make a failure slower.</summary>
    public const int MaxServers = 8;

    /// <summary>Recursive resolvers, tried in this order. Default: the local one, as resolv.conf(5) has it.</summary>
    public IReadOnlyList<IPEndPoint> Servers { get; init; } = [new(IPAddress.Loopback, DefaultPort)];

    /// <summary>For one question to one server. From 100 ms to 30 s; default 5 s, as in resolv.conf(5).</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a server that does not answer is asked. From 1 to 5; default 2, as in resolv.conf(5).</summary>
    public int Attempts { get; init; } = 2;

    /// <summary>
    /// For a whole look-up, with all its servers, attempts and aliases. From 1 s to 60 s; default 15 s, less than the 20 s
    /// that RFC 7208 §4.6.4 gives to all look-ups of a message at least.
    /// </summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Whether the servers, and the way to them, can be trusted to have validated what they mark as authentic (RFC 6840
    /// §5.8). Default no, as in resolv.conf(5); a validating resolver on the same machine is the case for yes.
    /// </summary>
    public bool TrustAuthenticated { get; init; }

    /// <summary>Answers kept. Default 10,000: some ten for each of the domains a busy server hears from in an hour.</summary>
    public int CacheEntries { get; init; } = 10_000;

    /// <summary>Octets of what is kept, roughly. Default 16 MiB.</summary>
    public long CacheOctets { get; init; } = 16 * 1024 * 1024;

    /// <summary>Reads `192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1`, `[fe80::1%eth0]:53`.</summary>
    /// <returns>Null for what is no address.</returns>
    public static IPEndPoint? TryParseServer(string text)
    {
        if (!IPEndPoint.TryParse(text, out var server))
            return null;
        return server.Port == 0 ? new(server.Address, DefaultPort) : server;
    }

    /// <summary>Every fault of the settings, none where all is well.</summary>
    public IEnumerable<string> Faults()
    {
        if (Servers.Count is 0 or > MaxServers)
            yield return string.Create(CultureInfo.InvariantCulture, $"dns servers: 1 to {MaxServers} are needed");
        if (Timeout < TimeSpan.FromMilliseconds(100) || Timeout > TimeSpan.FromSeconds(30))
            yield return "dns timeout: from 100 ms to 30 s";
        if (Attempts is < 1 or > 5)
            yield return "dns attempts: from 1 to 5";
        if (Deadline < TimeSpan.FromSeconds(1) || Deadline > TimeSpan.FromSeconds(60))
            yield return "dns deadline: from 1 s to 60 s";
        if (CacheEntries < 0 || CacheOctets < 0)
            yield return "dns cache: not below nothing";
    }
}
