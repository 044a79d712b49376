namespace Cloud.Trust.Bayes;

/// <summary>How likely so many clues are by chance: Fisher's way of combining probabilities, as Robinson used it for mail.</summary>
/// <remarks>G. Robinson, "A statistical approach to the spam problem", 2003.</remarks>
static class ChiSquare
{
    /// <summary>From 0, wanted, over 0.5, nobody knows, to 1, junk.</summary>
    /// <param name="clues">Probabilities, each over 0 and under 1.</param>
    public static double Combine(IReadOnlyCollection<double> clues)
    {
        if (clues.Count == 0)
            return 0.5;
        var spam = 1 - Tail(-clues.Sum(clue => Math.Log(1 - clue)), clues.Count);
        var ham = 1 - Tail(-clues.Sum(Math.Log), clues.Count);
        return (spam - ham + 1) / 2;
    }

    /// <summary>The chance that chi-square with 2·<paramref name="pairs"/> degrees of freedom is 2·<paramref name="half"/> or more.</summary>
    static double Tail(double half, int pairs)
    {
        var term = Math.Exp(-half); // 0 for what is beyond all chance
        var sum = term;
        for (var i = 1; i < pairs; i++)
        {
            term *= half / i;
            sum += term;
        }

        return Math.Min(sum, 1);
    }
}
