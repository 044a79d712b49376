using System.Text;
using Cloud.Dns;
using Cloud.Trust.Dkim;

namespace Cloud.Clients.Trust;

/// <summary>The keys of a domain, for who asks.</summary>
sealed class KeyZone(string domain, IEnumerable<DkimKey> keys) : IResolver
{
    readonly Dictionary<DnsName, string> records = keys.ToDictionary(
        key => DnsName.Parse($"{key.Selector}._domainkey.{domain}"),
        key => key.RecordText
    );

    public ValueTask<DnsAnswer> QueryAsync(DnsName name, RecordType type, CancellationToken cancel) =>
        ValueTask.FromResult(
            records.TryGetValue(name, out var text)
                ? DnsAnswer.Of(name, type, Records(name, text))
                : DnsAnswer.NoSuchName(name, type)
        );

    static TxtRecord[] Records(DnsName name, string text) =>
        [new(name, TimeSpan.FromMinutes(5), new RecordOctets(Encoding.ASCII.GetBytes(text)))];
}
