using Cloud.Mail;

namespace Cloud.Flow.Outbound.Relay.Smarthosts;

/// <summary>Smarthosts as an operator writes them: each <c>[DOMAIN=]HOST:PORT[,WORD…]</c>, <c>off</c>, or <c>sink</c>.</summary>
public static class SmarthostTableText
{
    /// <summary>Parts them where they stand in one text: a smarthost has commas of its own.</summary>
    public const char Separator = ';';

    const string Off = "off";

    /// <param name="faults">Gets a sentence for each that is none.</param>
    public static SmarthostTable Parse(IEnumerable<string> texts, SmarthostSecret secret, ICollection<string> faults)
    {
        Smarthost? fallback = null;
        var domains = new Dictionary<string, Smarthost?>(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            var (domain, host) = DomainOf(text);
            string? fault = null;
            var smarthost =
                host == Off ? null
                : IsSink(host) ? SinkOf(host, out fault)
                : SmarthostText.TryParse(host, secret, out fault);
            if (fault is not null)
                faults.Add($"{fault}.");
            if (domain is null)
                fallback = smarthost;
            else
                domains[domain] = smarthost;
        }
        return new(fallback) { Domains = domains };
    }

    /// <summary>A server of that name has a port as well. What is meant for nobody is never taken for one.</summary>
    static bool IsSink(string host) =>
        host.Split(',')[0].Trim().Equals(Smarthost.Sink.Host, StringComparison.OrdinalIgnoreCase);

    static Smarthost? SinkOf(string host, out string? fault)
    {
        fault = host.Contains(',', StringComparison.Ordinal) ? $"{host}: the sink takes no words" : null;
        return fault is null ? Smarthost.Sink : null;
    }

    /// <summary>What stands before the first =, if it is a domain and no word of a smarthost.</summary>
    static (string? Domain, string Host) DomainOf(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var domain = equals < 0 ? "" : text[..equals];
        return EmailAddress.IsDomain(domain)
            ? (EmailAddress.CanonicalDomain(domain), text[(equals + 1)..])
            : (null, text);
    }
}
