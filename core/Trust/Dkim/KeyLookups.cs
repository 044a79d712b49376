using Cloud.Dns;

namespace Cloud.Trust.Dkim;

/// <summary>The keys of a message, each asked for once, all at the same time.</summary>
/// <param name="resolver">Where keys are.</param>
/// <param name="cancel">The deadline: what is not known by then is a temporary error.</param>
sealed class KeyLookups(IResolver resolver, CancellationToken cancel)
{
    readonly Dictionary<DnsName, Task<DkimKeyLookup>> asked = [];

    public Task<DkimKeyLookup> AskAsync(DnsName name)
    {
        if (!asked.TryGetValue(name, out var lookup))
            asked[name] = lookup = DkimKeyLookup.AskAsync(resolver, name, cancel);
        return lookup;
    }
}
