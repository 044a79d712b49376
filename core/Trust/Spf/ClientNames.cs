using System.Net.Sockets;
using Cloud.Dns;

namespace Cloud.Trust.Spf;

/// <summary>The names of the client that lead back to its address. RFC 7208 §5.5.</summary>
/// <param name="questions">Where questions go.</param>
/// <param name="client">Its address.</param>
/// <param name="max">Names that are looked at.</param>
sealed class ClientNames(Questions questions, System.Net.IPAddress client, int max)
{
    readonly Dictionary<DnsName, bool> validated = [];
    DnsAnswer? pointers;

    public bool IsAsked => pointers is not null;

    /// <summary>Whether the address has no name at all.</summary>
    public bool IsVoid => pointers?.IsVoid == true;

    /// <summary>Whether a validated name is the domain's or below it; errors are no match.</summary>
    public async ValueTask<bool> AnyWithinAsync(DnsName domain, CancellationToken cancel)
    {
        foreach (var name in await AllAsync(cancel))
        {
            if (name.IsAtOrBelow(domain) && await IsValidatedAsync(name, cancel))
                return true;
        }

        return false;
    }

    /// <summary>The validated name for <c>%{p}</c>: the domain's own, one below it, or any. RFC 7208 §7.3.</summary>
    public async ValueTask<DnsName?> BestAsync(DnsName domain, CancellationToken cancel)
    {
        var all = await AllAsync(cancel);
        foreach (
            var name in all.OrderBy(name =>
                name == domain ? 0
                : name.IsAtOrBelow(domain) ? 1
                : 2
            )
        )
        {
            if (await IsValidatedAsync(name, cancel))
                return name;
        }

        return null;
    }

    async ValueTask<IEnumerable<DnsName>> AllAsync(CancellationToken cancel)
    {
        pointers ??= await questions.AskAsync(DnsName.ReverseOf(client), RecordType.Ptr, cancel);
        return pointers.Records.OfType<PtrRecord>().Take(max).Select(record => record.Target);
    }

    async ValueTask<bool> IsValidatedAsync(DnsName name, CancellationToken cancel)
    {
        if (validated.TryGetValue(name, out var known))
            return known;
        var answer = await questions.AskAddressesAsync(name, client.AddressFamily, cancel);
        return validated[name] = answer.Records.OfType<AddressRecord>().Any(record => record.Address.Equals(client));
    }
}

/// <summary>Asks, and writes down what was answered.</summary>
sealed class Questions(IResolver resolver, StepList steps)
{
    public async ValueTask<DnsAnswer> AskAsync(DnsName name, RecordType type, CancellationToken cancel)
    {
        // A resolver that only has cached answers need not look at the token.
        cancel.ThrowIfCancellationRequested();
        var answer = await resolver.QueryAsync(name, type, cancel);
        steps.Add(answer.ToString());
        return answer;
    }

    /// <summary>A for a client by IPv4, AAAA by IPv6. RFC 7208 §5.</summary>
    public ValueTask<DnsAnswer> AskAddressesAsync(DnsName name, AddressFamily family, CancellationToken cancel) =>
        AskAsync(name, family == AddressFamily.InterNetwork ? RecordType.A : RecordType.Aaaa, cancel);
}
