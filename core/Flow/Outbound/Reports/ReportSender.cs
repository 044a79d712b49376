using Cloud.Dns;
using Cloud.Mail;
using Cloud.Store.Directory;

namespace Cloud.Flow.Outbound.Reports;

/// <summary>As whom reports are sent.</summary>
/// <param name="Organization">In words.</param>
/// <param name="Domain">Canonical: the receiver of DMARC's file names, the submitter of TLS reports.</param>
/// <param name="SigningDomain">Null where it is none of ours: then reports are not signed.</param>
sealed record ReportSender(EmailAddress Address, string Organization, string Domain, string? SigningDomain)
{
    /// <summary>Domains that are looked through for the one that the host lies in.</summary>
    const int MaxDomains = 1000;

    /// <exception cref="Cloud.Store.Ports.StoreException">The domains cannot be read.</exception>
    public static async ValueTask<ReportSender> FindAsync(
        ReportOptions options,
        MailDirectory directory,
        CancellationToken cancel
    )
    {
        if (options.From is { } given)
        {
            var domain = EmailAddress.CanonicalDomain(given.Domain);
            var isOurs = await directory.HasDomainAsync(domain, cancel);
            return new(given, options.Organization ?? domain, domain, isOurs ? domain : null);
        }
        var ours = await OurDomainAsync(options, directory, cancel);
        var name = ours ?? EmailAddress.CanonicalDomain(options.HostName);
        return new(new("postmaster", name), options.Organization ?? name, name, ours);
    }

    static async ValueTask<string?> OurDomainAsync(
        ReportOptions options,
        MailDirectory directory,
        CancellationToken cancel
    )
    {
        var host = DnsName.TryParse(options.HostName, out var parsed) ? parsed : null;
        string? first = null;
        var seen = 0;
        await foreach (var row in directory.ListAsync(DirectoryRows.Domains, cancel))
        {
            var domain = row.Key.Row[DirectoryRows.Domain("").Length..];
            if (host is not null && DnsName.TryParse(domain, out var name) && host.IsAtOrBelow(name))
                return domain;
            first ??= domain;
            if (++seen == MaxDomains)
                break;
        }
        return first;
    }
}
