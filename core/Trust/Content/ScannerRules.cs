using System.Globalization;
using Cloud.Trust.Scanners;

namespace Cloud.Trust.Content;

/// <summary>What outer scanners found, as points among the rules' own.</summary>
public static class ScannerRules
{
    /// <summary>Points that a scanner's own limit stands for.</summary>
    const decimal Scale = 5;

    /// <summary>Points that a scanner gives or takes at most.</summary>
    const decimal Most = 15;

    static readonly ContentRule Points = new(
        "SCANNER_SCORE",
        1.0m,
        "What another scanner found, times its points on a scale on which its limit is 5"
    );

    static readonly ContentRule Malware = new("MALWARE", 20.0m, "A scanner found malware");

    internal static IReadOnlyList<ContentRule> All { get; } = [Points, Malware];

    /// <summary>With a scanner's verdict; one without points or malware changes nothing.</summary>
    /// <param name="score">So far.</param>
    /// <param name="verdict">Of a scanner.</param>
    /// <param name="options">Null for the rules' own points.</param>
    public static ContentScore With(this ContentScore score, ScanVerdict verdict, ContentOptions? options = null)
    {
        if (verdict is { Outcome: ScanOutcome.Infected, Malware: { } name })
            return Add(score, ContentRules.Hit(Malware, new(1, name), options));
        if (verdict is not { Score: { } found, Required: > 0 and var required })
            return score;
        var times = Math.Clamp(Math.Clamp(found, -1000, 1000) / required * Scale, -Most, Most);
        var detail = string.Create(CultureInfo.InvariantCulture, $"{verdict.Scanner}, {found} of {required}");
        return Add(score, ContentRules.Hit(Points, new(decimal.Round(times, 1), detail), options));
    }

    static ContentScore Add(ContentScore score, ContentHit? hit) => hit is null ? score : score.With(hit);
}
