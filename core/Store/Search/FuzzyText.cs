using System.Globalization;
using System.Text;
using Cloud.Mail;

namespace Cloud.Store.Search;

/// <summary>What a fuzzy search looks for (RFC 6203 §3): words in any order, without case and accents, each of them begun.</summary>
/// <remarks>
/// A text matches where each word sought begins one of its words. How well: a whole word counts 1, a longer one as much of it as was
/// sought; nine tenths of a score are the words' mean, the last tenth is for all of them side by side in their order.
/// </remarks>
sealed class FuzzyText
{
    /// <summary>Words sought; further ones are passed over: people type a handful.</summary>
    const int MaxWords = 50;

    /// <summary>The most that a score can be (RFC 6203 §4).</summary>
    public const int Best = 100;

    readonly string[] words;
    readonly string phrase;
    readonly SearchedText literal;

    public FuzzyText(string wanted)
    {
        words = [.. Words(Fold(wanted)).Take(MaxWords)];
        phrase = string.Join(' ', words);
        literal = new SearchedText(wanted);
    }

    /// <returns>1 to <see cref="Best"/>; 0 when it does not match.</returns>
    public int ScoreIn(string text)
    {
        if (words.Length == 0)
            return literal.IsIn(text) ? Best : 0; // Signs alone.
        var found = new double[words.Length];
        var folded = Fold(text);
        foreach (var word in Words(folded))
        {
            for (var i = 0; i < words.Length; i++)
            {
                if (word.StartsWith(words[i], StringComparison.Ordinal))
                    found[i] = Math.Max(found[i], (double)words[i].Length / word.Length);
            }
        }
        if (found.Contains(0))
            return 0;
        var all = found.Average() * 0.9 * Best;
        var isPhrase = $" {string.Join(' ', Words(folded))} ".Contains($" {phrase} ", StringComparison.Ordinal);
        return Math.Clamp((int)Math.Round(all + (isPhrase ? Best / 10 : 0)), 1, Best);
    }

    /// <summary>Without case, and without what stands above and below letters.</summary>
    static string Fold(string text)
    {
        var folded = new StringBuilder(text.Length);
        foreach (var c in SortKeys.Casemap(text))
        {
            if (CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark)
                folded.Append(c);
        }
        return folded.ToString();
    }

    static IEnumerable<string> Words(string folded)
    {
        var start = -1;
        for (var at = 0; at <= folded.Length; at++)
        {
            var isInside = at < folded.Length && (char.IsLetterOrDigit(folded[at]) || char.IsSurrogate(folded[at]));
            if (isInside && start < 0)
                start = at;
            if (isInside || start < 0)
                continue;
            yield return folded[start..at];
            start = -1;
        }
    }
}
