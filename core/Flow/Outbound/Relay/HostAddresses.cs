using System.Net;
using Cloud.Dns;
using Cloud.Wire.Http;
using Cloud.Wire.Limits;

namespace Cloud.Flow.Outbound.Relay;

/// <summary>Finds where a host is, as far as we may go there.</summary>
/// <param name="allowed">Networks that may be asked although they are not public: a relay of one's own, tests.</param>
/// <param name="hasV6">Whether this machine reaches IPv6 addresses: otherwise they are not tried.</param>
public sealed class HostAddresses(IResolver resolver, NetworkList allowed, bool hasV6)
{
    /// <summary>Addresses of a host that are tried. Large sites have two or three of each family.</summary>
    public const int MaxAddresses = 6;

    /// <returns>Addresses, IPv6 and IPv4 by turns (RFC 8305 §4); or why there are none.</returns>
    public async ValueTask<(IReadOnlyList<IPAddress> Addresses, RouteFault? Fault)> FindAsync(
        MailHost host,
        CancellationToken cancel
    )
    {
        if (host.Literal is { } literal)
            return Lawful(host, [literal]);
        var name = host.Name!;
        var asked = hasV6 ? resolver.AaaaAsync(name, cancel).AsTask() : null;
        var four = await resolver.AAsync(name, cancel);
        var six = asked is null ? default(DnsAnswer<AddressRecord>?) : await asked;

        var found = ByTurns(
            [.. (six?.Records ?? []).Select(record => record.Address)],
            [.. four.Records.Select(record => record.Address)]
        );
        if (found.Count > 0)
            return Lawful(host, found);
        if (four.IsFailure || six?.IsFailure == true)
            return ([], new(false, "4.4.3", four.IsFailure ? $"{four}" : $"{six}"));
        return ([], new(true, "5.4.4", $"{host} has no address"));
    }

    (IReadOnlyList<IPAddress> Addresses, RouteFault? Fault) Lawful(MailHost host, List<IPAddress> found)
    {
        var lawful = found.FindAll(address => PublicAddresses.IsPublic(address) || allowed.Contains(address));
        return lawful.Count == 0
            ? ([], new(true, "5.4.4", $"{host} is at no public address"))
            : ([.. lawful.Take(MaxAddresses)], null);
    }

    static List<IPAddress> ByTurns(List<IPAddress> first, List<IPAddress> second)
    {
        var all = new List<IPAddress>(first.Count + second.Count);
        for (var i = 0; i < Math.Max(first.Count, second.Count); i++)
        {
            if (i < first.Count)
                all.Add(first[i]);
            if (i < second.Count)
                all.Add(second[i]);
        }

        return all;
    }
}
