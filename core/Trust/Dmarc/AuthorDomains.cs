using System.Text;
using Cloud.Dns;
using Cloud.Mail.Headers;

namespace Cloud.Trust.Dmarc;

/// <summary>The domains of those who say they wrote a message. RFC 7489 §6.6.1.</summary>
static class AuthorDomains
{
    /// <summary>Octets looked at of a field.</summary>
    const int MaxField = 64 * 1024;

    /// <param name="fields">The values of all From fields.</param>
    /// <param name="max">Domains that are taken.</param>
    /// <param name="fault">What is wrong: no field, no address, an address without a domain, too many domains.</param>
    /// <returns>Each domain once; none with a fault.</returns>
    public static IReadOnlyList<DnsName> Of(IReadOnlyList<ReadOnlyMemory<byte>> fields, int max, out string? fault)
    {
        var domains = new List<DnsName>();
        fault = fields.Count == 0 ? "no From field" : null;
        foreach (var field in fields.Take(max + 1))
        {
            var mailboxes = AddressList
                .Parse(field.Span[..Math.Min(field.Length, MaxField)])
                .Where(address => address.IsMailbox);
            foreach (var mailbox in mailboxes)
            {
                if (ToName(Encoding.UTF8.GetString(mailbox.Host.Span)) is not { } name)
                    fault = "an author without a domain";
                else if (!domains.Contains(name))
                    domains.Add(name);
                if (domains.Count > max)
                    fault = $"authors of more than {max} domains";
                if (fault is not null)
                    return [];
            }
        }

        fault ??=
            fields.Count > max ? "too many From fields"
            : domains.Count == 0 ? "no author"
            : null;
        return fault is null ? domains : [];
    }

    /// <summary>In A-labels (RFC 8616 §5); a literal is no domain.</summary>
    static DnsName? ToName(string host) =>
        !host.StartsWith('[')
        && !host.Contains('\\', StringComparison.Ordinal)
        && DnsName.TryParse(host, out var name)
        && !name.IsRoot
            ? name
            : null;
}
