using System.Net;
using System.Net.Sockets;

namespace Cloud.Wire;

/// <summary>An address as others write it.</summary>
public static class PlainAddress
{
    /// <summary>IPv4 for what is mapped into IPv6, and without a scope.</summary>
    public static IPAddress Of(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetworkV6 && address.ScopeId != 0
            ? new(address.GetAddressBytes())
            : address;
    }
}
