using System.Collections.Concurrent;
using Cloud.Flow.Keys;
using Cloud.Trust.Dkim;

namespace Cloud.Flow.Outbound.Relay;

/// <summary>The keys that domains sign with, kept for a while: to read them anew would cost every message a look-up.</summary>
/// <remarks>A retired key stays published for a week, so that one which is used a minute longer does no harm.</remarks>
sealed class SigningKeys(DomainKeys keys, TimeProvider time)
{
    /// <summary>Domains kept, some 4 KiB each.</summary>
    const int MaxKept = 1000;

    static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    readonly ConcurrentDictionary<string, (IReadOnlyList<DkimKey> Keys, DateTimeOffset ReadAt)> kept = new(
        StringComparer.Ordinal
    );

    /// <summary>None where the domain is not ours any more, or keys cannot be used here. They are not the caller's to dispose of.</summary>
    /// <exception cref="Cloud.Store.Ports.StoreException">They cannot be read.</exception>
    public async ValueTask<IReadOnlyList<DkimKey>> OfAsync(string domain, CancellationToken cancel)
    {
        if (kept.TryGetValue(domain, out var known) && time.GetUtcNow() - known.ReadAt < Longest)
            return known.Keys;
        var found = await keys.SigningAsync(domain, cancel);
        if (kept.Count >= MaxKept)
            kept.Clear();
        kept[domain] = (found, time.GetUtcNow());
        return found;
    }
}
