using System.Globalization;

namespace Cloud.Trust.Bayes;

/// <summary>What mail was learned as.</summary>
public enum JunkClass
{
    Spam,
    Ham,
}

/// <summary>What a classifier makes of a message.</summary>
/// <param name="Probability">From 0, like wanted mail, to 1, like junk; null where too little was learned to say anything.</param>
/// <param name="Strongest">The clues that weighed most, the strongest first.</param>
/// <param name="Reason">One line, printable ASCII.</param>
public sealed record BayesVerdict(double? Probability, IReadOnlyList<Clue> Strongest, string Reason)
{
    public override string ToString() => Reason;
}

/// <summary>A token of the message that was seen before.</summary>
/// <param name="Token">As the message has it.</param>
/// <param name="Probability">That a message with it is junk.</param>
/// <param name="Spam">Messages with it learned as junk, as far as remembered.</param>
/// <param name="Ham">Messages with it learned as wanted.</param>
public sealed record Clue(string Token, double Probability, int Spam, int Ham)
{
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Token} {Probability:0.00} ({Spam} junk, {Ham} other)");
}

/// <summary>How the classifier weighs. The defaults are those of the filters that made the method known.</summary>
public sealed record BayesOptions
{
    /// <summary>Messages that have to be learned as junk, and as many as wanted, before it says anything.</summary>
    /// <remarks>20: people move mail by hand. Servers that learn by themselves wait for 200, which nobody moves.</remarks>
    public int MinLessons { get; init; } = 20;

    /// <summary>What an unknown token counts as. Robinson's x.</summary>
    public double Unknown { get; init; } = 0.5;

    /// <summary>How many sightings that assumption weighs. Robinson's s.</summary>
    public double UnknownWeight { get; init; } = 0.45;

    /// <summary>Distance from 0.5 under which a token tells nothing.</summary>
    public double MinDistance { get; init; } = 0.1;

    /// <summary>Tokens that are combined, the strongest ones.</summary>
    public int MaxClues { get; init; } = 150;

    /// <summary>Clues that are named.</summary>
    public int Named { get; init; } = 10;
}
