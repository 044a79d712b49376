using System.Net;
using Cloud.Api.Gateway;
using Cloud.Wire.Limits;

namespace Cloud.Listener.Hosting;

/// <summary>Counts open connections, in all, by address and by network; an unknown address counts only in all.</summary>
/// <param name="maxTotal">Open at once in all.</param>
/// <param name="maxPerAddress">Open at once from one address; IPv6 counts by /64, the least a subscriber gets.</param>
/// <param name="maxPerNetwork">Open at once from one IPv4 /24 or IPv6 /48.</param>
sealed class ConnectionGate(int maxTotal, int maxPerAddress, int maxPerNetwork = int.MaxValue)
{
    readonly Lock gate = new();
    readonly Dictionary<AddressKey, int> open = [];
    int total;

    /// <returns>False when there is no room; then nothing is to be left.</returns>
    public bool TryEnter(IPAddress address)
    {
        var (subscriber, network) = (AddressKey.Subscriber(address), AddressKey.Network(address));
        lock (gate)
        {
            var known = ClientAddress.IsKnown(address);
            if (
                total >= maxTotal
                || known
                    && (
                        open.GetValueOrDefault(subscriber) >= maxPerAddress
                        || open.GetValueOrDefault(network) >= maxPerNetwork
                    )
            )
                return false;
            total++;
            if (known)
            {
                Add(subscriber, 1);
                Add(network, 1);
            }
            return true;
        }
    }

    public void Leave(IPAddress address)
    {
        lock (gate)
        {
            total--;
            if (!ClientAddress.IsKnown(address))
                return;
            Add(AddressKey.Subscriber(address), -1);
            Add(AddressKey.Network(address), -1);
        }
    }

    void Add(AddressKey key, int number)
    {
        var count = open.GetValueOrDefault(key) + number;
        if (count == 0)
            open.Remove(key);
        else
            open[key] = count;
    }
}
