namespace Cloud.Trust.Content;

/// <summary>How rules are weighed.</summary>
public sealed record ContentOptions
{
    /// <summary>Points by rule, where they differ from the rule's own; 0 turns a rule off.</summary>
    public IReadOnlyDictionary<string, decimal> Scores { get; init; } = new Dictionary<string, decimal>();

    /// <summary>Points from which a message belongs into Junk. 5: what SpamAssassin's users know, and the rules were weighed for.</summary>
    public decimal JunkAt { get; init; } = 5;

    /// <summary>Points from which a message is refused; null for never. 15: as rspamd does.</summary>
    public decimal? RejectAt { get; init; } = 15;

    /// <summary>Most points a rule may be given, either way: so many decide alone.</summary>
    public const decimal MaxScore = 1000;

    /// <summary>What is wrong with the settings; empty if nothing is.</summary>
    public IReadOnlyList<string> Faults()
    {
        var unknown = Scores
            .Keys.Where(name => ContentRules.Find(name) is null)
            .Select(name => $"There is no rule {name}");
        var excessive = Scores
            .Where(score => Math.Abs(score.Value) > MaxScore)
            .Select(score => $"{score.Key}: points are from -{MaxScore} to {MaxScore}");
        var order = RejectAt < JunkAt ? ["Mail is refused at fewer points than it is junk at"] : Array.Empty<string>();
        return [.. unknown, .. excessive, .. order];
    }
}
