using System.Globalization;

namespace Cloud.Trust.Content;

/// <summary>What the rules came to.</summary>
/// <param name="Hits">The heaviest first, whatever their sign.</param>
public sealed record ContentScore(IReadOnlyList<ContentHit> Hits)
{
    public static readonly ContentScore None = new([]);

    /// <summary>Points: positive speaks for spam.</summary>
    public decimal Total => Hits.Sum(hit => hit.Score);

    /// <summary>With what others found: an outer scanner, the classifier.</summary>
    public ContentScore With(params IEnumerable<ContentHit> more) => Of(Hits.Concat(more));

    public static ContentScore Of(IEnumerable<ContentHit> hits) =>
        new([.. hits.OrderByDescending(hit => Math.Abs(hit.Score)).ThenBy(hit => hit.Name, StringComparer.Ordinal)]);

    /// <summary>On one line, for a header field: <c>5.3 (SPF_FAIL 2.0, MISSING_DATE 1.0, …)</c>.</summary>
    public override string ToString() => $"{Text(Total)} ({string.Join(", ", Hits.Select(hit => hit.ToString()))})";

    internal static string Text(decimal points) => points.ToString("0.0##", CultureInfo.InvariantCulture);
}

/// <summary>A rule that applies.</summary>
/// <param name="Name">Of the rule.</param>
/// <param name="Score">Points.</param>
/// <param name="Explanation">One line for people, with what was found where that says more. Printable ASCII.</param>
public sealed record ContentHit(string Name, decimal Score, string Explanation)
{
    public override string ToString() => $"{Name} {ContentScore.Text(Score)}";
}
