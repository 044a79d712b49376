using System.Net;
using Cloud.Dns;
using Cloud.Store.Ports;

namespace Cloud.Flow.Outbound.Relay;

/// <summary>Finds the hosts that take a domain's mail. RFC 5321 §5.1, RFC 7505.</summary>
/// <param name="self">Our own name: hosts no nearer to the domain than we are would send the mail back to us.</param>
public sealed class MailRouting(IResolver resolver, DnsName? self, Entropy entropy)
{
    /// <summary>Hosts of a domain that are tried. Real domains have under ten; a list without end is a trap.</summary>
    public const int MaxHosts = 16;

    /// <param name="domain">Of a recipient: a name or an address literal.</param>
    /// <param name="cancel">Ends the questions.</param>
    public async ValueTask<MailRoute> FindAsync(string domain, CancellationToken cancel)
    {
        if (domain.StartsWith('['))
            return LiteralOf(domain) is { } literal
                ? MailRoute.To([new(null, literal, IsSecure: false)])
                : MailRoute.Fails("5.1.2", $"{domain} is not an address");
        if (!DnsName.TryParse(domain, out var name) || name.IsRoot)
            return MailRoute.Fails("5.1.2", $"{domain} is not a domain name");

        var answer = await resolver.MxAsync(name, cancel);
        return answer.Kind switch
        {
            AnswerKind.TemporaryFailure => MailRoute.Waits("4.4.3", $"{answer}"),
            AnswerKind.NoSuchName => MailRoute.Fails("5.1.2", $"There is no domain {domain}"),
            // RFC 5321 §5.1: the domain itself is the host then.
            AnswerKind.NoData => MailRoute.To([new(name, null, answer.Authenticated)]),
            _ => Of(domain, answer),
        };
    }

    MailRoute Of(string domain, DnsAnswer<MxRecord> answer)
    {
        // RFC 7505 §3: the only record. Beside others it names no host, and is passed over.
        if (answer.Records is [{ Exchange.IsRoot: true }])
            return MailRoute.Fails("5.1.10", $"{domain} takes no mail");
        var records = answer.Records.Where(record => !record.Exchange.IsRoot).ToList();
        var ours = records.Where(record => record.Exchange == self).Select(record => (int)record.Preference);
        var nearest = ours.DefaultIfEmpty(int.MaxValue).Min();
        var nearer = records.Where(record => record.Preference < nearest).ToList();
        if (nearer.Count == 0)
            return MailRoute.Fails("5.4.6", $"Mail for {domain} would come back to this server");

        // Equal ones are drawn anew each time: RFC 5321 §5.1 wants the load spread.
        var hosts = nearer
            .Select(record => (record.Preference, Draw: entropy.Next64(), record.Exchange))
            .OrderBy(host => host.Preference)
            .ThenBy(host => host.Draw)
            .Select(host => host.Exchange)
            .Distinct()
            .Take(MaxHosts);
        return MailRoute.To([.. hosts.Select(host => new MailHost(host, null, answer.Authenticated))]);
    }

    static IPAddress? LiteralOf(string domain)
    {
        var text = domain.TrimStart('[').TrimEnd(']');
        if (text.StartsWith("IPv6:", StringComparison.OrdinalIgnoreCase))
            text = text["IPv6:".Length..];
        return IPAddress.TryParse(text, out var address) ? address : null;
    }
}
