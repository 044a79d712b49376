using Cloud.Dns;
using Cloud.Trust.Spf;

namespace Cloud.Trust.Dane;

/// <summary>Finds the certificate associations of a mail host. RFC 7672 §2.2.</summary>
/// <remarks>Without a validating resolver that is trusted (<see cref="DnsSettings.TrustAuthenticated"/>) nobody has DANE.</remarks>
public sealed class DaneLookup(IResolver resolver)
{
    /// <summary>Records of a host that are looked at. Real ones have under ten.</summary>
    const int MaxRecords = 32;

    /// <param name="host">Of a MX record; the domain itself where it has none.</param>
    /// <param name="isSecure">Whether the answer that named the host was authenticated: without that nothing is asked.</param>
    /// <param name="cancel">Ends the questions.</param>
    public async ValueTask<DaneHost> FindAsync(DnsName host, bool isSecure, CancellationToken cancel)
    {
        var steps = new StepList();
        if (!isSecure)
        {
            steps.Add("the answer that named the host was not authenticated");
            return new(host, DaneDemand.Nothing, host, [], steps.All);
        }

        var (bases, failed) = await BasesAsync(host, steps, cancel);
        if (failed)
            return new(host, DaneDemand.Skip, host, [], steps.All);
        foreach (var name in bases)
        {
            if (name.TryPrepend("_25._tcp") is not { } owner)
                continue;
            var answer = await resolver.TlsaAsync(owner, cancel);
            steps.Add($"{answer}{(answer.Authenticated ? "" : " (not authenticated)")}");
            if (answer.IsFailure)
                return new(host, DaneDemand.Skip, name, [], steps.All);
            if (!answer.IsAnswer || !answer.Authenticated)
                continue; // As if there were none: RFC 7672 §2.1.1.
            var records = Tlsa.Strongest([.. answer.Records.Take(MaxRecords).Where(Tlsa.IsUsable)]);
            steps.Add($"{records.Count} of {answer.Records.Count} records count");
            return new(
                host,
                records.Count > 0 ? DaneDemand.Authenticate : DaneDemand.Encrypt,
                name,
                records,
                steps.All
            );
        }

        return new(host, DaneDemand.Nothing, host, [], steps.All);
    }

    /// <summary>The names below which records may be, in order; none where the addresses say that the zone is not signed.</summary>
    /// <remarks>RFC 7672 §2.2.2, §2.2.3: the name that aliases lead to comes first if all of them are secure.</remarks>
    async ValueTask<(DnsName[] Bases, bool Failed)> BasesAsync(DnsName host, StepList steps, CancellationToken cancel)
    {
        var six = resolver.AaaaAsync(host, cancel).AsTask();
        var four = await resolver.AAsync(host, cancel);
        var answers = new[] { four.Answer, (await six).Answer };
        foreach (var answer in answers)
            steps.Add($"{answer}{(answer.Authenticated ? "" : " (not authenticated)")}");
        // A forged failure of one family must not take DANE away.
        if (Array.Exists(answers, answer => answer.IsFailure))
            return ([], true);

        var end = (Array.Find(answers, answer => answer.IsAnswer) ?? answers[0]).Name;
        if (Array.TrueForAll(answers, answer => answer.Authenticated))
            return (end == host ? [host] : [end, host], false);
        if (end == host)
            return ([], false);
        // The alias may be signed where what it leads to is not.
        var alias = await resolver.CnameAsync(host, cancel);
        steps.Add($"{alias}{(alias.Authenticated ? "" : " (not authenticated)")}");
        return alias.IsFailure ? ([], true)
            : alias is { IsAnswer: true, Authenticated: true } ? ([host], false)
            : ([], false);
    }
}
