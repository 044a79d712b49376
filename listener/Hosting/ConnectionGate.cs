using System.Net;
using System.Net.Sockets;
using Cloud.Api.Gateway;

namespace Cloud.Listener.Hosting;

/// <summary>Counts open connections, in all and by address; an unknown address counts only in all.</summary>
/// <param name="maxTotal">Open at once in all.</param>
/// <param name="maxPerAddress">Open at once from one address; IPv6 counts by /64, the least a subscriber gets.</param>
sealed class ConnectionGate(int maxTotal, int maxPerAddress)
{
    readonly Lock gate = new();
    readonly Dictionary<IPAddress, int> byAddress = [];
    int total;

    /// <returns>False when there is no room; then nothing is to be left.</returns>
    public bool TryEnter(IPAddress address)
    {
        var source = Source(address);
        lock (gate)
        {
            var count = byAddress.GetValueOrDefault(source);
            if (total >= maxTotal || count >= maxPerAddress)
                return false;
            total++;
            if (ClientAddress.IsKnown(source))
                byAddress[source] = count + 1;
            return true;
        }
    }

    public void Leave(IPAddress address)
    {
        var source = Source(address);
        lock (gate)
        {
            total--;
            if (ClientAddress.IsKnown(source) && --byAddress[source] == 0)
                byAddress.Remove(source);
        }
    }

    static IPAddress Source(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return address;
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }
}
