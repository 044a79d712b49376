using System.Net;
using System.Net.Sockets;

namespace Cloud.Wire.Http;

/// <summary>Tells addresses of the internet from those of a machine, its network or its host.</summary>
/// <remarks>
/// A stranger who may name an address that we then ask could otherwise ask what only we can reach: this machine, the
/// network around it, the cloud's own services. IANA's registries of special addresses, RFC 6890.
/// </remarks>
public static class PublicAddresses
{
    static readonly IPNetwork[] SpecialV4 =
    [
        .. new[]
        {
            "0.0.0.0/8", // this network
            "10.0.0.0/8",
            "100.64.0.0/10", // carriers' own; Azure's and others' metadata, too
            "127.0.0.0/8",
            "168.63.129.16/32", // Azure's host, reachable from each of its machines
            "169.254.0.0/16", // link-local, with the metadata services of clouds
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24", // documentation
            "192.88.99.0/24", // 6to4 relays
            "192.168.0.0/16",
            "198.18.0.0/15", // benchmarks
            "198.51.100.0/24", // documentation
            "203.0.113.0/24", // documentation
            "224.0.0.0/3", // multicast, reserved, broadcast
        }.Select(IPNetwork.Parse),
    ];

    /// <summary>Of IPv6 only this is given out.</summary>
    static readonly IPNetwork GlobalV6 = IPNetwork.Parse("2000::/3");

    static readonly IPNetwork[] SpecialV6 =
    [
        .. new[]
        {
            "2001::/23", // protocols' own, Teredo among them
            "2001:db8::/32", // documentation
            "2002::/16", // 6to4: an IPv4 address in disguise
            "3fff::/20", // documentation
        }.Select(IPNetwork.Parse),
    ];

    /// <summary>NAT64: the last four octets are an IPv4 address. RFC 6052 §2.1.</summary>
    static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");

    public static bool IsPublic(IPAddress address)
    {
        address = PlainAddress.Of(address);
        if (address.AddressFamily == AddressFamily.InterNetwork)
            return !Array.Exists(SpecialV4, network => network.Contains(address));
        if (Nat64.Contains(address))
            return IsPublic(new IPAddress(address.GetAddressBytes().AsSpan(12)));
        return address.ScopeId == 0
            && GlobalV6.Contains(address)
            && !Array.Exists(SpecialV6, network => network.Contains(address));
    }
}
