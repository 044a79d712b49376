namespace Cloud.Trust.Content;

/// <summary>A rule: a name that settings and headers use, its points, and what it says.</summary>
/// <param name="Name">In capitals, for good: settings name it.</param>
/// <param name="Score">Points unless configured otherwise. Chosen for a limit of 5 beyond which mail is junk.</param>
/// <param name="Explanation">One line for people.</param>
public sealed record ContentRule(string Name, decimal Score, string Explanation)
{
    /// <summary>Null where it does not apply.</summary>
    internal Func<ContentCase, Finding?> Test { get; init; } = _ => null;

    internal static ContentRule If(string name, decimal score, string explanation, Func<ContentCase, bool> test) =>
        new(name, score, explanation) { Test = message => test(message) ? Finding.Once : null };

    /// <param name="name">Of the rule.</param>
    /// <param name="score">Points.</param>
    /// <param name="explanation">Of the rule.</param>
    /// <param name="find">What was found; null for nothing.</param>
    internal static ContentRule Naming(
        string name,
        decimal score,
        string explanation,
        Func<ContentCase, string?> find
    ) => new(name, score, explanation) { Test = message => find(message) is { } found ? new(1, found) : null };
}

/// <param name="Times">What the rule's points are multiplied with.</param>
/// <param name="Detail">What was found, if that says more than the rule; text of the message.</param>
readonly record struct Finding(decimal Times, string? Detail)
{
    public static readonly Finding Once = new(1, null);
}
