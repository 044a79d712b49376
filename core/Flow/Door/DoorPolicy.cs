using Cloud.Trust.Dkim;
using Cloud.Trust.Dmarc;
using Cloud.Trust.Spf;

namespace Cloud.Flow.Door;

/// <summary>What follows from what was found out.</summary>
static class DoorPolicy
{
    public static Evidence Judge(DoorOptions options, Verdicts verdicts)
    {
        var (outcome, code, reason) = Decide(options, verdicts);
        return new(outcome, code, reason, "", [], [.. Steps(verdicts).Take(Evidence.MaxSteps)]);
    }

    static (DoorOutcome Outcome, string Code, string Reason) Decide(DoorOptions options, Verdicts verdicts)
    {
        var (spf, dmarc) = (verdicts.Spf, verdicts.Dmarc);
        if (dmarc.Disposition == DmarcPolicy.Reject)
            return (DoorOutcome.Reject, "7.1", $"{dmarc.PolicyDomain} asks to refuse mail that fails DMARC");
        if (spf is { Result: SpfResult.Fail } && options.SpfFailure == SpfFailure.Reject)
            return (DoorOutcome.Reject, "7.23", $"{spf.Domain} does not let this client send for it (SPF)");
        if (dmarc.Disposition == DmarcPolicy.Quarantine)
            return (DoorOutcome.Junk, "", $"{dmarc.PolicyDomain} asks to mistrust mail that fails DMARC");
        return (DoorOutcome.Accept, "", "");
    }

    static IEnumerable<string> Steps(Verdicts verdicts)
    {
        foreach (var spf in new[] { verdicts.Spf, verdicts.HeloSpf })
        {
            if (spf is not null)
                yield return Line($"{spf}");
            foreach (var step in spf?.Steps ?? [])
                yield return Line($"spf: {step}");
        }
        foreach (var signature in verdicts.Dkim)
        {
            yield return Line($"{signature}");
            foreach (var step in signature.Steps)
                yield return Line($"dkim: {step}");
        }
        yield return Line($"{verdicts.Dmarc}");
        foreach (var step in verdicts.Dmarc.Steps)
            yield return Line($"dmarc: {step}");
    }

    /// <summary>Text of strangers is in it: one line, printable, bounded.</summary>
    static string Line(string text)
    {
        var line = text.Length > Evidence.MaxStep ? text[..Evidence.MaxStep] : text;
        return string.Create(
            line.Length,
            line,
            static (to, from) =>
            {
                for (var i = 0; i < to.Length; i++)
                    to[i] = char.IsControl(from[i]) || char.IsSurrogate(from[i]) ? '?' : from[i];
            }
        );
    }
}
