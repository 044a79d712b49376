using System.Buffers;
using System.Collections.Concurrent;
using Cloud.Dns;
using Cloud.Trust.Spf;

namespace Cloud.Trust.MtaSts;

/// <summary>Finds the policy of a domain: announced in DNS, read over HTTPS, kept for as long as it holds. RFC 8461 §3, §5.1.</summary>
/// <remarks>
/// What must stay true: a policy that was read and holds is in force whatever DNS or the web say, until it expires or
/// another one was read. Otherwise whoever can disturb either could switch it off.
/// </remarks>
public sealed class MtaStsDiscovery(IResolver resolver, IPolicySource source, IPolicyCache cache, TimeProvider time)
{
    /// <summary>After a failure a policy's address is left alone so long. RFC 8461 §3.3.</summary>
    static readonly TimeSpan Pause = TimeSpan.FromMinutes(5);

    /// <summary>Failures that are remembered. Default 1,000: what a busy sender meets in five minutes, many times over.</summary>
    const int MaxFailures = 1000;

    static readonly SearchValues<char> HostCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-._");

    readonly ConcurrentDictionary<string, (DateTimeOffset Until, PolicyFetch Fetch)> failures = new(
        StringComparer.Ordinal
    );

    /// <param name="domain">The recipient's domain, not its hosts'.</param>
    /// <exception cref="Cloud.Store.Ports.StoreException">The cache does not answer: whether TLS is wanted is not known.</exception>
    public async ValueTask<MtaStsVerdict> FindAsync(DnsName domain, CancellationToken cancel)
    {
        var name = domain.ToString().TrimEnd('.').ToLowerInvariant();
        var steps = new StepList();
        if (name.AsSpan().ContainsAnyExcept(HostCharacters))
        {
            steps.Add("no host can have such a name");
            return new(name, null, PolicyFault.None, steps.All);
        }

        var kept = await cache.FindAsync(name, cancel);
        if (kept is not null && kept.Expires <= time.GetUtcNow())
        {
            steps.Add("the kept policy has expired");
            kept = null;
        }

        var id = await AnnouncedAsync(domain, steps, cancel);
        if (id is null || (kept?.Id == id && kept.RefreshDue > time.GetUtcNow()))
        {
            if (kept is not null)
                steps.Add($"the policy of {kept.Read:u} is in force until {kept.Expires:u}");
            return new(name, kept?.Policy, PolicyFault.None, steps.All);
        }

        var fetch = await FetchAsync(name, steps, cancel);
        if (fetch.Policy is not null)
            await cache.KeepAsync(new(name, id, fetch.Policy, time.GetUtcNow()), cancel);
        else if (kept is not null)
            steps.Add($"the policy of {kept.Read:u} stays in force");
        return new(name, fetch.Policy ?? kept?.Policy, fetch.Fault, steps.All);
    }

    /// <returns>The id of the one record there is; null for none, several, or no answer.</returns>
    async ValueTask<string?> AnnouncedAsync(DnsName domain, StepList steps, CancellationToken cancel)
    {
        if (domain.TryPrepend("_mta-sts") is not { } name)
            return null;
        var answer = await resolver.TxtAsync(name, cancel);
        steps.Add($"{answer}");
        var texts = answer
            .Records.Select(record => record.Text.ToLatin1())
            .Where(text => MtaStsRecord.HasVersion(text));
        if (texts.Take(2).ToArray() is not [var only]) // RFC 8461 §3.1: several are none.
            return null;
        if (MtaStsRecord.TryParse(only, out var record))
            return record.Id;
        steps.Add("the record has no id");
        return null;
    }

    async ValueTask<PolicyFetch> FetchAsync(string domain, StepList steps, CancellationToken cancel)
    {
        if (failures.TryGetValue(domain, out var failed) && failed.Until > time.GetUtcNow())
        {
            steps.Add($"the policy could not be read a while ago: {failed.Fetch.Reason}");
            return failed.Fetch;
        }

        var fetch = await source.FetchAsync(domain, cancel);
        steps.Add($"{HttpsPolicySource.AddressOf(domain)}: {fetch.Reason}");
        if (fetch.Policy is not null)
        {
            steps.Add($"mode {fetch.Policy.Mode}, mx {string.Join(", ", fetch.Policy.Hosts)}");
            failures.TryRemove(domain, out _);
            return fetch;
        }

        if (failures.Count >= MaxFailures)
            failures.Clear();
        failures[domain] = (time.GetUtcNow() + Pause, fetch);
        return fetch;
    }
}
