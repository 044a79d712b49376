using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Cloud.Dns;
using Cloud.Trust.Client;
using Cloud.Trust.Dmarc.Suffixes;
using Cloud.Trust.Spf;

namespace Cloud.Trust.DnsLists;

/// <summary>Where in a list's zone an entry is.</summary>
static class ListNames
{
    /// <summary>Octets backwards (RFC 5782 §2.1), nibbles of an IPv6 address (§2.4).</summary>
    /// <returns>Null when the zone's name leaves no room for it.</returns>
    public static DnsName? Of(DnsName zone, IPAddress address)
    {
        var labels = new StringBuilder(64);
        var isV4 = address.AddressFamily == AddressFamily.InterNetwork;
        foreach (var octet in address.GetAddressBytes().Reverse())
        {
            if (isV4)
                labels.Append(CultureInfo.InvariantCulture, $"{octet}.");
            else
                labels.Append(CultureInfo.InvariantCulture, $"{octet & 15:x}.{octet >> 4:x}.");
        }

        return zone.TryPrepend(labels.ToString(0, labels.Length - 1));
    }

    /// <summary>The domain before the zone. RFC 5782 §3.</summary>
    public static DnsName? Of(DnsName zone, DnsName domain) => zone.TryPrepend(domain.ToString());

    /// <summary>The domain to ask for; null for what is none: a literal, one label, no host name.</summary>
    public static DnsName? DomainOf(DnsList list, string text)
    {
        if (SpfNames.TryParse(text) is not { LabelCount: > 1 } name || !HostNames.IsHost(name.ToString()))
            return null;
        return list.ByOrganization ? PublicSuffixes.Current.RegistrableDomain(name) ?? name : name;
    }

    /// <summary>Whether lists can know an address: no private, loopback or link-local one. RFC 6890 §2.2.</summary>
    public static bool IsPublic(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
            return !IPAddress.IsLoopback(address)
                && !address.IsIPv6LinkLocal
                && !address.IsIPv6UniqueLocal
                && !address.Equals(IPAddress.IPv6Any);
        return !Array.Exists(NotPublic, net => Networks.Contains(net.BaseAddress, net.PrefixLength, address));
    }

    static readonly IPNetwork[] NotPublic =
    [
        IPNetwork.Parse("0.0.0.0/8"),
        IPNetwork.Parse("10.0.0.0/8"),
        IPNetwork.Parse("100.64.0.0/10"),
        IPNetwork.Parse("127.0.0.0/8"),
        IPNetwork.Parse("169.254.0.0/16"),
        IPNetwork.Parse("172.16.0.0/12"),
        IPNetwork.Parse("192.168.0.0/16"),
        IPNetwork.Parse("224.0.0.0/3"),
    ];
}
