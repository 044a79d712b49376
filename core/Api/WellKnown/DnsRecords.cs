using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Cloud.Flow.Keys;
using Cloud.Store.Directory;

namespace Cloud.Api.WellKnown;

/// <summary>The DNS records of a mail server: what must be published so that mail arrives and clients find it.</summary>
public static class DnsRecords
{
    const string NoKeys =
        "comes with the keys, which `cloud domain add` makes: the store at hand has none of this domain";

    /// <summary>The server's own records first, then each domain's.</summary>
    public static IReadOnlyList<DnsRecord> For(DnsPlan plan) =>
        [.. Server(plan), .. plan.Domains.SelectMany(domain => Domain(domain, plan))];

    /// <summary>The zone in which an address is turned into a name (RFC 1035 §3.5, RFC 3596 §2.5).</summary>
    public static string ReverseName(IPAddress address)
    {
        var bytes = address.GetAddressBytes().Reverse();
        return address.AddressFamily == AddressFamily.InterNetwork
            ? $"{string.Join('.', bytes)}.in-addr.arpa."
            : $"{string.Join('.', bytes.SelectMany(b => new[] { $"{b & 15:x}", $"{b >> 4:x}" }))}.ip6.arpa.";
    }

    /// <summary>What publishes a domain's keys; where there are none, what will.</summary>
    public static IEnumerable<DnsRecord> Keys(string domain, IReadOnlyList<DomainKeyPair> pairs)
    {
        if (pairs.Count == 0)
            yield return new($"cloud._domainkey.{domain}.", "TXT", Text("v=DKIM1; p=…"), Why(null), NoKeys);
        foreach (var pair in pairs)
        foreach (var key in pair.Keys)
            yield return new($"{key.Selector}._domainkey.{domain}.", "TXT", Text(key.Text), Why(pair));
    }

    static string Why(DomainKeyPair? pair) =>
        pair?.State switch
        {
            DomainKeyState.Upcoming => "the next key: it signs once it is seen here (`cloud domain keys --rotate`)",
            DomainKeyState.Retired => string.Create(
                CultureInfo.InvariantCulture,
                $"checks signatures of mail on its way; may go on {pair.Until:yyyy-MM-dd}"
            ),
            _ => "checks signatures (RFC 6376)",
        };

    static IEnumerable<DnsRecord> Server(DnsPlan plan)
    {
        var host = $"{plan.Host}.";
        if (plan.IPv4 is { } four)
            yield return new(host, "A", four.ToString(), "where the server is");
        if (plan.IPv6 is { } six)
            yield return new(host, "AAAA", six.ToString(), "where the server is");
        if (!plan.Pointer)
            yield break;
        foreach (var address in new[] { plan.IPv4, plan.IPv6 }.OfType<IPAddress>())
        {
            const string Elsewhere = "set where the address comes from, once the name resolves to it";
            yield return new(ReverseName(address), "PTR", host, "many servers refuse mail without it", Elsewhere);
        }
    }

    static IEnumerable<DnsRecord> Domain(string domain, DnsPlan plan)
    {
        var (zone, host) = ($"{domain}.", $"{plan.Host}.");
        yield return new(zone, "MX", $"10 {host}", "where mail for the domain goes (RFC 5321 §5.1)");
        yield return new(zone, "TXT", Text(Spf(plan)), "who may send for the domain (RFC 7208)");
        foreach (var key in Keys(domain, plan.Keys.GetValueOrDefault(domain, [])))
            yield return key;
        yield return new(
            $"_dmarc.{zone}",
            "TXT",
            Text($"v=DMARC1; p=none; rua=mailto:postmaster@{domain}"),
            "what to do with mail that only pretends (RFC 7489); reports first, refusal when they are clean"
        );
        foreach (var record in TransportRecords.For(domain, plan))
            yield return record;
    }

    static string Spf(DnsPlan plan) =>
        string.Join(
            ' ',
            ["v=spf1", "mx", .. plan.SpfIncludes.Select(name => $"include:{name}"), plan.SpfSoftFail ? "~all" : "-all"]
        );

    /// <summary>A character string: quoted, at most 255 octets (RFC 1035 §3.3), several where it is longer.</summary>
    static string Text(string text) => string.Join(' ', text.Chunk(255).Select(part => $"\"{new string(part)}\""));
}
