using System.Globalization;

namespace Cloud.Api.WellKnown;

/// <summary>Records about the way to the server: how sure senders have to be of it, and where clients find it.</summary>
static class TransportRecords
{
    const string NoPages = "needs port 443 of the server, which is not ours where it runs";

    public static IEnumerable<DnsRecord> For(string domain, DnsPlan plan)
    {
        var (zone, host) = ($"{domain}.", $"{plan.Host}.");
        var pending = plan.Pages ? null : NoPages;
        var policy = $"\"v=STSv1; id={StsPolicy.Id(plan.StsMode, plan.Host)}\"";
        yield return new($"mta-sts.{zone}", "CNAME", host, "where the MTA-STS policy lies (RFC 8461 §3.3)", pending);
        yield return new($"_mta-sts.{zone}", "TXT", policy, "that there is one, and which (RFC 8461 §3.1)", pending);
        yield return new(
            $"_smtp._tls.{zone}",
            "TXT",
            $"\"v=TLSRPTv1; rua=mailto:postmaster@{domain}\"",
            "reports about failed TLS (RFC 8460)"
        );
        yield return new($"autoconfig.{zone}", "CNAME", host, "settings for Thunderbird, K-9 and others", pending);
        yield return new($"autodiscover.{zone}", "CNAME", host, "settings for Outlook", pending);
        foreach (var (service, port, priority) in Services)
        {
            var data = string.Create(CultureInfo.InvariantCulture, $"{priority} 1 {port} {host}");
            yield return new($"_{service}._tcp.{zone}", "SRV", data, "settings for clients (RFC 6186 §3)");
        }
    }

    /// <summary>Names of the pages, below each domain; the certificate has to be for them, too.</summary>
    public static readonly string[] PageNames = ["mta-sts", "autoconfig", "autodiscover"];

    /// <summary>Implicit TLS before STARTTLS (RFC 8314 §5.1), IMAP before POP3 (RFC 6186 §3.3).</summary>
    static readonly (string Service, int Port, int Priority)[] Services =
    [
        ("imaps", 993, 0),
        ("imap", 143, 10),
        ("submissions", 465, 0),
        ("submission", 587, 10),
        ("pop3s", 995, 20),
    ];
}
