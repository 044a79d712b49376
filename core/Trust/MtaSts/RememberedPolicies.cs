using System.Collections.Concurrent;

namespace Cloud.Trust.MtaSts;

/// <summary>Keeps in memory for a while what another cache has, and that it has nothing: most domains have no policy.</summary>
public sealed class RememberedPolicies(IPolicyCache inner, TimeProvider time) : IPolicyCache
{
    /// <summary>Domains remembered. Default 10,000: what a busy sender meets in an hour.</summary>
    const int MaxRemembered = 10_000;

    /// <summary>Another process may have read a new policy; it is announced by its record, which is asked for each time.</summary>
    static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    readonly ConcurrentDictionary<string, (KeptPolicy? Policy, DateTimeOffset Since)> remembered = new(
        StringComparer.Ordinal
    );

    public async ValueTask<KeptPolicy?> FindAsync(string domain, CancellationToken cancel)
    {
        if (remembered.TryGetValue(domain, out var known) && time.GetUtcNow() - known.Since < Longest)
            return known.Policy;
        var found = await inner.FindAsync(domain, cancel);
        Remember(domain, found);
        return found;
    }

    public async ValueTask KeepAsync(KeptPolicy policy, CancellationToken cancel)
    {
        await inner.KeepAsync(policy, cancel);
        Remember(policy.Domain, policy);
    }

    void Remember(string domain, KeptPolicy? policy)
    {
        if (remembered.Count >= MaxRemembered)
            remembered.Clear();
        remembered[domain] = (policy, time.GetUtcNow());
    }
}
