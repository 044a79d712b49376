using Cloud.Trust.Bayes;

namespace Cloud.Trust.Content;

/// <summary>What the recipient's own classifier says. Not part of a message's score: each recipient has a classifier.</summary>
public static class BayesRules
{
    static readonly (double From, ContentRule Rule)[] Levels =
    [
        (0.99, new("BAYES_99", 3.5m, "Like mail moved to Junk: 99 % or more")),
        (0.95, new("BAYES_95", 2.5m, "Like mail moved to Junk: 95 to 99 %")),
        (0.80, new("BAYES_80", 1.5m, "Like mail moved to Junk: 80 to 95 %")),
        (0.20, new("BAYES_50", 0.0m, "Neither like junk nor like other mail")),
        (0.05, new("BAYES_20", -0.5m, "Like wanted mail: 80 to 95 %")),
        (0.01, new("BAYES_05", -1.0m, "Like wanted mail: 95 to 99 %")),
        (0.00, new("BAYES_00", -1.5m, "Like wanted mail: 99 % or more")),
    ];

    internal static IEnumerable<ContentRule> All { get; } = Levels.Select(level => level.Rule);

    /// <summary>A message's score for one recipient.</summary>
    /// <param name="score">For everybody.</param>
    /// <param name="verdict">Of the recipient's classifier; one that has not learned enough changes nothing.</param>
    /// <param name="options">Null for the rules' own points.</param>
    public static ContentScore For(this ContentScore score, BayesVerdict verdict, ContentOptions? options = null)
    {
        if (verdict.Probability is not { } probability)
            return score;
        var rule = Array.Find(Levels, level => probability >= level.From).Rule;
        var words = string.Join(", ", verdict.Strongest.Take(3).Select(clue => clue.Token));
        return ContentRules.Hit(rule, new(1, words), options) is { } hit ? score.With(hit) : score;
    }
}
