using Cloud.Trust;
using Cloud.Trust.Content;
using Cloud.Trust.Dmarc;
using Cloud.Trust.Scanners;
using Cloud.Trust.Spf;

namespace Cloud.Flow.Door;

/// <summary>What follows from what was found out.</summary>
static class DoorPolicy
{
    /// <summary>What is refused whatever is in it.</summary>
    public static Evidence? RefusalOf(DoorOptions options, TrustVerdicts trust)
    {
        var (spf, dmarc) = (trust.Client.Spf, trust.Dmarc);
        if (dmarc.Disposition == DmarcPolicy.Reject && trust.Forwarder is null)
            return Refusal(DoorOutcome.Reject, "7.1", $"{dmarc.PolicyDomain} asks to refuse mail that fails DMARC");
        var isSpfStrict = options.SpfFailure == SpfFailure.Reject && !IsAuthentic(trust);
        if (isSpfStrict && spf is { Result: SpfResult.Fail })
            return Refusal(DoorOutcome.Reject, "7.23", Forbidden(spf));
        var isUnknown = dmarc.Result == DmarcResult.TempError && options.Dmarc.Mode != DmarcMode.ReportOnly;
        isUnknown |= isSpfStrict && spf is { Result: SpfResult.TempError };
        if (isUnknown && options.LookupFailure == LookupFailure.Defer && trust.Forwarder is null)
            return Refusal(DoorOutcome.Defer, "4.3", "Who sends this cannot be looked up now; try again later");
        return null;

        Evidence Refusal(DoorOutcome outcome, string code, string reason) =>
            new(outcome, code, reason, "", [], Lines(trust.Steps()));
    }

    public static Evidence Judge(
        DoorOptions options,
        TrustVerdicts trust,
        ContentFacts facts,
        ContentScore score,
        IReadOnlyList<ScanVerdict> scans,
        LoopVerdict loop
    )
    {
        var (outcome, code, reason) = Decide(options, trust, score, scans, loop);
        var steps = trust.Steps().Concat(scans.SelectMany(scan => scan.Steps.Prepend($"{scan}")));
        return new(outcome, code, reason, trust.ToField(options.Hostname), score.Hits, Lines(steps))
        {
            JunkAt = options.Content.JunkAt,
            IsByScore = outcome == DoorOutcome.Accept || code == ByScore,
            IsAuthenticated = facts.IsAuthenticated,
            Quarantine = options.QuarantineAddress,
        };
    }

    /// <summary>Stands for a code where points put a message into Junk, which needs none.</summary>
    const string ByScore = "7.0";

    static (DoorOutcome Outcome, string Code, string Reason) Decide(
        DoorOptions options,
        TrustVerdicts trust,
        ContentScore score,
        IReadOnlyList<ScanVerdict> scans,
        LoopVerdict loop
    )
    {
        if (loop.IsLoop)
            return (DoorOutcome.Reject, "4.6", loop.Reason!);
        var decision = options.ScanPolicy.Decide(scans);
        var found = scans.FirstOrDefault(scan => options.ScanPolicy.Decide(scan) == decision)?.Reason ?? "";
        if (decision == ScanDecision.Refuse)
            return (DoorOutcome.Reject, "7.1", $"The content is refused: {found}");
        if (decision == ScanDecision.Defer)
            return (DoorOutcome.Defer, "7.1", "The message cannot be scanned now; try again later");
        // Before the points: malware alone has enough of them to be refused.
        if (decision == ScanDecision.Quarantine)
            return (DoorOutcome.Quarantine, "", $"A scanner says so: {found}");
        if (score.Total >= options.Content.RejectAt)
            return (DoorOutcome.Reject, "7.1", $"This looks like spam: {Heaviest(score)}");
        if (score.Total >= options.QuarantineAt)
            return (DoorOutcome.Quarantine, "", $"Points: {Heaviest(score)}");
        if (decision == ScanDecision.Junk)
            return (DoorOutcome.Junk, "", $"A scanner says so: {found}");
        if (trust.Dmarc.Disposition == DmarcPolicy.Quarantine && trust.Forwarder is null)
            return (DoorOutcome.Junk, "", $"{trust.Dmarc.PolicyDomain} asks to mistrust mail that fails DMARC");
        if (score.Total >= options.Content.JunkAt)
            return (DoorOutcome.Junk, ByScore, $"Points: {Heaviest(score)}");
        return (DoorOutcome.Accept, "", "");
    }

    /// <summary>With the domain's own words as such: nobody is to take them for ours. RFC 7208 §6.2.</summary>
    static string Forbidden(SpfVerdict spf)
    {
        var reason = $"{spf.Domain} does not let this client send for it (SPF)";
        return string.IsNullOrEmpty(spf.Explanation) ? reason : $"{reason}, and explains: {spf.Explanation}";
    }

    static bool IsAuthentic(TrustVerdicts trust) =>
        trust.Dmarc.Result == DmarcResult.Pass || trust.Forwarder is not null;

    static string Heaviest(ContentScore score) =>
        string.Join(", ", score.Hits.Where(hit => hit.Score > 0).Take(3).Select(hit => hit.Explanation));

    /// <summary>Text of strangers is in them.</summary>
    static IReadOnlyList<string> Lines(IEnumerable<string> steps) =>
        [.. steps.Take(Evidence.MaxSteps).Select(step => Line.Of(step, Evidence.MaxStep))];
}
