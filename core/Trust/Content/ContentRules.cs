using System.Collections.Frozen;

namespace Cloud.Trust.Content;

/// <summary>Every rule there is, and what they come to for a message.</summary>
/// <remarks>
/// Rules are pure: the same message, facts and time give the same score. None of them alone makes mail junk, save what no
/// honest sender does. A rule that text of the message could satisfy never has negative points without authentication.
/// </remarks>
public static class ContentRules
{
    public static IReadOnlyList<ContentRule> All { get; } =
    [
        .. HeaderRules.All,
        .. AddressRules.All,
        .. TextRules.All,
        .. LinkRules.All,
        .. AttachmentRules.All,
        .. TrustRules.All,
        .. BayesRules.All,
        .. ScannerRules.All,
    ];

    static readonly FrozenDictionary<string, ContentRule> ByName = All.ToFrozenDictionary(
        rule => rule.Name,
        StringComparer.Ordinal
    );

    public static ContentRule? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>Judges a message for everybody it goes to.</summary>
    /// <param name="message">Its start.</param>
    /// <param name="facts">What the door knows.</param>
    /// <param name="received">When it came.</param>
    /// <param name="options">Null for the rules' own points.</param>
    public static ContentScore Score(
        MessageSample message,
        ContentFacts facts,
        DateTimeOffset received,
        ContentOptions? options = null
    )
    {
        var subject = new ContentCase(message, facts, received);
        var hits = new List<ContentHit>();
        foreach (var rule in All)
        {
            var score = options?.Scores.GetValueOrDefault(rule.Name, rule.Score) ?? rule.Score;
            if (score != 0 && rule.Test(subject) is { } finding)
                hits.Add(Hit(rule, score, finding));
        }

        return ContentScore.Of(hits);
    }

    /// <summary>A rule's hit without a message: for what is found in other places.</summary>
    internal static ContentHit? Hit(ContentRule rule, Finding finding, ContentOptions? options)
    {
        var score = options?.Scores.GetValueOrDefault(rule.Name, rule.Score) ?? rule.Score;
        return score == 0 ? null : Hit(rule, score, finding);
    }

    static ContentHit Hit(ContentRule rule, decimal score, Finding finding) =>
        new(
            rule.Name,
            score * finding.Times,
            finding.Detail is { Length: > 0 } detail ? Line.Of($"{rule.Explanation}: {detail}") : rule.Explanation
        );
}
