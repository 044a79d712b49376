using System.Net;
using Cloud.Trust.Client;
using Cloud.Wire;

namespace Cloud.Trust.DnsLists;

/// <summary>Something to ask the lists for.</summary>
public sealed record ListItem
{
    ListItem(ListSubjects subject, IPAddress? address, string text) =>
        (Subject, Address, Text) = (subject, address, text);

    public ListSubjects Subject { get; }

    /// <summary>Of the client; null for a domain.</summary>
    public IPAddress? Address { get; }

    /// <summary>The address or the domain.</summary>
    public string Text { get; }

    /// <param name="address">The client's; an IPv4-mapped one counts as IPv4.</param>
    public static ListItem OfClient(IPAddress address)
    {
        var plain = PlainAddress.Of(address);
        return new(ListSubjects.Client, plain, plain.ToString());
    }

    /// <param name="subject">One of the domains'.</param>
    /// <param name="domain">As received: what is no domain is not asked for.</param>
    public static ListItem OfDomain(ListSubjects subject, string domain) => new(subject, null, domain);
}
