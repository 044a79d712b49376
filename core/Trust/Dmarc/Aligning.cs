using Cloud.Dns;

namespace Cloud.Trust.Dmarc;

/// <summary>Compares authenticated domains with the author's. RFC 7489 §3.1.</summary>
/// <param name="discovery">Finds organizational domains.</param>
/// <param name="author">The author's domain.</param>
/// <param name="organization">Its organizational domain.</param>
/// <param name="steps">Where the steps go.</param>
sealed class Aligning(Discovery discovery, DnsName author, DnsName organization, List<string> steps)
{
    readonly Dictionary<DnsName, bool> related = [];

    /// <param name="domain">An authenticated one.</param>
    /// <param name="alignment">How near it has to be.</param>
    /// <param name="by">What authenticated it, for the trace.</param>
    /// <param name="cancel">Ends the questions that it may take.</param>
    public async Task<bool> IsAsync(DnsName domain, Alignment alignment, string by, CancellationToken cancel)
    {
        var isAligned = domain == author || alignment == Alignment.Relaxed && await IsRelatedAsync(domain, cancel);
        steps.Add(
            $"{by} {domain} is {(isAligned ? "" : "not ")}aligned with {author} ({alignment.ToString().ToLowerInvariant()})"
        );
        return isAligned;
    }

    /// <summary>A name of the organization is at or below it, so that nothing has to be asked about the others.</summary>
    async Task<bool> IsRelatedAsync(DnsName domain, CancellationToken cancel)
    {
        if (!domain.IsAtOrBelow(organization))
            return false;
        if (!related.TryGetValue(domain, out var isRelated))
            related[domain] = isRelated = await discovery.IsOfAsync(organization, domain, cancel);
        return isRelated;
    }
}
