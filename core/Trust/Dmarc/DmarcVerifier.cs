using Cloud.Dns;
using Cloud.Trust.Dmarc.Suffixes;

namespace Cloud.Trust.Dmarc;

/// <summary>Compares what was authenticated with who says to be the author, and finds what the author's domain wants.</summary>
/// <remarks>
/// Invariants: nothing is thrown, whatever is published or sent; a check ends with its time or its asker's, as a temporary
/// error with no disposition; questions are bounded by the limits of <see cref="DmarcOptions"/>.
/// </remarks>
public sealed class DmarcVerifier(
    IResolver resolver,
    TimeProvider clock,
    DmarcOptions? options = null,
    PublicSuffixes? suffixes = null
)
{
    readonly DmarcOptions options = options ?? new();

    /// <summary>Checks a message; one with authors of several domains is treated as the worst of them.</summary>
    /// <param name="input">What is known of it.</param>
    /// <param name="cancel">Ends the check: it is a temporary error then.</param>
    public async Task<DmarcVerdict> CheckAsync(DmarcInput input, CancellationToken cancel)
    {
        var domains = AuthorDomains.Of(input.From, options.MaxAuthorDomains, out var fault);
        if (fault is not null)
            return Verdict(DmarcResult.PermError, null, fault, [fault]);

        using var ends = new CancellationTokenSource(options.Timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ends.Token, cancel);
        DmarcVerdict? worst = null;
        foreach (var domain in domains)
        {
            var verdict = await CheckAsync(input, domain, worst?.Steps ?? [], either.Token);
            if (worst is null || Weight(verdict) > Weight(worst))
                worst = verdict;
            else
                worst = worst with { Steps = verdict.Steps };
        }

        return worst!;
    }

    /// <summary>Which verdict of several authors is the message's: what is rejected first, an honest pass last.</summary>
    static int Weight(DmarcVerdict verdict) =>
        verdict.Result switch
        {
            DmarcResult.Fail => 3 + (int)verdict.Disposition,
            DmarcResult.TempError => 2,
            DmarcResult.None => 1,
            _ => 0,
        };

    async Task<DmarcVerdict> CheckAsync(
        DmarcInput input,
        DnsName domain,
        IReadOnlyList<string> before,
        CancellationToken cancel
    )
    {
        List<string> steps = [.. before];
        try
        {
            return await EvaluateAsync(input, domain, steps, cancel);
        }
        catch (OperationCanceledException)
        {
            return Verdict(DmarcResult.TempError, domain, "out of time", steps);
        }
    }

    async Task<DmarcVerdict> EvaluateAsync(
        DmarcInput input,
        DnsName domain,
        List<string> steps,
        CancellationToken cancel
    )
    {
        Discovery discovery =
            options.Discovery == DmarcDiscovery.TreeWalk
                ? new TreeWalkDiscovery(resolver, steps)
                : new SuffixDiscovery(resolver, suffixes ?? PublicSuffixes.Current, steps);
        var found = await discovery.FindAsync(domain, cancel);
        if (found.Failure is { } failure)
            return Verdict(DmarcResult.TempError, domain, Line.Of(failure), steps);
        if (found is not { Record: { } record, At: { } at })
            return Verdict(DmarcResult.None, domain, $"{domain} has no record", steps);

        var aligning = new Aligning(discovery, domain, found.Organization, steps);
        var spf =
            input is { SpfPassed: true, SpfDomain: { } sender }
            && await aligning.IsAsync(sender, record.Spf, "SPF", cancel);
        var dkim = false;
        foreach (var signature in input.Dkim.Take(options.MaxSignatures).Where(signature => signature.Passed))
            dkim = dkim || await aligning.IsAsync(signature.Domain, record.Dkim, "DKIM", cancel);
        var policy = await PolicyAsync(record, isOwn: at == domain, domain, steps, cancel);
        var verdict = Verdict(
            spf || dkim ? DmarcResult.Pass : DmarcResult.Fail,
            domain,
            $"p={policy.ToText()} of {at}",
            steps
        ) with
        {
            PolicyDomain = at,
            Record = record,
            Policy = policy,
            SpfAligned = spf,
            DkimAligned = dkim,
        };
        return verdict.Result == DmarcResult.Fail ? Dispose(verdict, record, input.Sample, steps) : verdict;
    }

    /// <summary>For names below the record's, <c>sp</c>, and <c>np</c> for those that are not there. RFC 9989 §4.7.</summary>
    async Task<DmarcPolicy> PolicyAsync(
        DmarcRecord record,
        bool isOwn,
        DnsName domain,
        List<string> steps,
        CancellationToken cancel
    )
    {
        if (isOwn)
            return record.Policy;
        var below = record.Subdomains ?? record.Policy;
        return record.NonExistent is { } policy && policy != below && !await ExistsAsync(domain, steps, cancel)
            ? policy
            : below;
    }

    /// <summary>Whether a name has A, AAAA or MX. RFC 9989 §3.2; what cannot be found out counts as there.</summary>
    async Task<bool> ExistsAsync(DnsName domain, List<string> steps, CancellationToken cancel)
    {
        foreach (var type in new[] { RecordType.A, RecordType.Aaaa, RecordType.Mx })
        {
            cancel.ThrowIfCancellationRequested();
            var answer = await resolver.QueryAsync(domain, type, cancel);
            steps.Add(Line.Of(answer.ToString()));
            if (answer.Kind == AnswerKind.NoSuchName)
                return false;
            if (!answer.IsVoid)
                return true;
        }

        return false;
    }

    /// <summary>What a failure comes to: test and sampling make a policy one milder (RFC 7489 §6.6.4), then we decide.</summary>
    DmarcVerdict Dispose(DmarcVerdict verdict, DmarcRecord record, int sample, List<string> steps)
    {
        var (disposition, why) = (verdict.Policy, PolicyOverride.None);
        if (disposition > DmarcPolicy.None && (record.IsTest || sample >= record.Percent))
        {
            disposition--;
            why = record.IsTest ? PolicyOverride.PolicyTestMode : PolicyOverride.SampledOut;
        }

        var most = options.Mode switch
        {
            DmarcMode.Honour => DmarcPolicy.Reject,
            DmarcMode.QuarantineOnly => DmarcPolicy.Quarantine,
            _ => DmarcPolicy.None,
        };
        if (disposition > most)
            (disposition, why) = (most, PolicyOverride.LocalPolicy);
        if (why != PolicyOverride.None)
            steps.Add($"{disposition.ToText()} instead of {verdict.Policy.ToText()}: {why}");
        return verdict with { Disposition = disposition, Override = why };
    }

    static DmarcVerdict Verdict(DmarcResult result, DnsName? domain, string reason, IReadOnlyList<string> steps) =>
        new()
        {
            Result = result,
            Domain = domain,
            Reason = reason,
            Steps = steps,
        };
}
