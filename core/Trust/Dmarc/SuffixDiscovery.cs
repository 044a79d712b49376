using Cloud.Dns;
using Cloud.Trust.Dmarc.Suffixes;

namespace Cloud.Trust.Dmarc;

/// <summary>At the domain, then at its organizational domain by the Public Suffix List. RFC 7489 §3.2, §6.6.3.</summary>
sealed class SuffixDiscovery(IResolver resolver, PublicSuffixes suffixes, List<string> steps)
    : Discovery(resolver, steps)
{
    public override async Task<Found> FindAsync(DnsName domain, CancellationToken cancel)
    {
        var organization = OrganizationOf(domain);
        var (record, failure) = await ReadAsync(domain, cancel);
        if (record is not null || failure is not null || organization == domain)
            return new(record, domain, organization, failure);
        (record, failure) = await ReadAsync(organization, cancel);
        return new(record, organization, organization, failure);
    }

    public override Task<bool> IsOfAsync(DnsName organization, DnsName name, CancellationToken cancel) =>
        Task.FromResult(OrganizationOf(name) == organization);

    /// <summary>A public suffix is an organization of its own.</summary>
    DnsName OrganizationOf(DnsName name) => suffixes.RegistrableDomain(name) ?? name;
}
