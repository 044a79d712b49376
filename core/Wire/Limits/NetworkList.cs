using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Cloud.Wire.Limits;

/// <summary>Networks an operator has named: <c>10.0.0.0/8</c>, <c>2001:db8::/32</c>, or single addresses.</summary>
public sealed class NetworkList
{
    /// <summary>Entries in one list: each is compared with every new connection's address.</summary>
    public const int MaxEntries = 1000;

    readonly AddressKey[] networks;

    NetworkList(AddressKey[] networks) => this.networks = networks;

    public static NetworkList Empty { get; } = new([]);

    /// <summary>This machine itself: 127.0.0.0/8 and ::1.</summary>
    public static NetworkList Loopback { get; } =
        new([.. new[] { "127.0.0.0/8", "::1" }.Select(text => Read(text)!.Value)]);

    public bool IsEmpty => networks.Length == 0;

    /// <param name="fault">The first entry that is no network, as it was given; null when all are.</param>
    /// <returns>Null when an entry is no network, or there are too many.</returns>
    public static NetworkList? TryParse(IReadOnlyList<string> entries, out string? fault)
    {
        fault = entries.FirstOrDefault(entry => Read(entry) is null);
        return fault is null && entries.Count <= MaxEntries
            ? new NetworkList([.. entries.Select(entry => Read(entry)!.Value)])
            : null;
    }

    /// <summary>An IPv4 address mapped into IPv6 is the IPv4 address.</summary>
    public bool Contains(IPAddress address)
    {
        if (networks.Length == 0)
            return false;
        var whole = AddressKey.Of(address, 32, 128).Prefix;
        foreach (var network in networks)
        {
            if (((whole ^ network.Prefix) >> (128 - network.Bits)) == UInt128.Zero || network.Bits == 0)
                return true;
        }
        return false;
    }

    static AddressKey? Read(string entry)
    {
        var slash = entry.IndexOf('/', StringComparison.Ordinal);
        if (!IPAddress.TryParse(slash < 0 ? entry : entry[..slash], out var address) || entry.Contains('%'))
            return null;
        var v4 = address.AddressFamily == AddressFamily.InterNetwork;
        // "10" is an address to the framework, and a slip of the pen to everybody else.
        if (v4 && entry.Count(c => c == '.') != 3)
            return null;
        var widest = v4 ? 32 : 128;
        if (slash < 0)
            return AddressKey.Of(address, widest, widest);
        return
            int.TryParse(entry[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var bits)
            && bits <= widest
            ? AddressKey.Of(address, bits, bits)
            : null;
    }
}
