using Cloud.Dns;

namespace Cloud.Trust.Dmarc;

/// <summary>By the records from a name up to the top. RFC 9989 §4.10.</summary>
sealed class TreeWalkDiscovery(IResolver resolver, List<string> steps) : Discovery(resolver, steps)
{
    /// <summary>Questions of a walk: longer names skip from their own to the one of seven labels. RFC 9989 §4.10.</summary>
    const int MaxQueries = 8;

    public override async Task<Found> FindAsync(DnsName domain, CancellationToken cancel)
    {
        var (seen, failure) = await WalkAsync(domain, cancel);
        if (failure is not null)
            return new(null, null, domain, failure);
        var organization = OrganizationOf(domain, seen);
        // RFC 9989 §4.10.1: the author's own, the organization's, the public suffix's.
        foreach (var (at, record) in seen)
        {
            if (at == domain || at == organization || record.PublicSuffix == PublicSuffixFlag.Yes)
                return new(record, at, organization);
        }

        return new(null, null, organization);
    }

    public override async Task<bool> IsOfAsync(DnsName organization, DnsName name, CancellationToken cancel)
    {
        var (seen, failure) = await WalkAsync(name, cancel);
        return failure is null && OrganizationOf(name, seen) == organization;
    }

    /// <summary>The records on the way, from the name upwards; <c>psd</c> of yes or no ends it.</summary>
    async Task<(List<(DnsName At, DmarcRecord Record)> Seen, string? Failure)> WalkAsync(
        DnsName domain,
        CancellationToken cancel
    )
    {
        var seen = new List<(DnsName At, DmarcRecord Record)>();
        for (var at = domain; !at.IsRoot; )
        {
            var (record, failure) = await ReadAsync(at, cancel);
            if (failure is not null)
                return (seen, failure);
            if (record is not null)
                seen.Add((at, record));
            var ends =
                record?.PublicSuffix == PublicSuffixFlag.No
                || record?.PublicSuffix == PublicSuffixFlag.Yes && at != domain;
            if (ends)
                break;
            do at = at.Parent;
            while (at.LabelCount >= MaxQueries);
        }

        return (seen, null);
    }

    /// <summary>RFC 9989 §4.10.2.</summary>
    static DnsName OrganizationOf(DnsName domain, List<(DnsName At, DmarcRecord Record)> seen)
    {
        if (seen.Count == 0)
            return domain;
        var (at, record) = seen[^1];
        if (record.PublicSuffix != PublicSuffixFlag.Yes || at == domain)
            return at;
        var below = domain;
        while (below.LabelCount > at.LabelCount + 1)
            below = below.Parent;
        return below;
    }
}
