namespace Cloud.Mail;

/// <summary>Patterns in which <c>*</c> stands for anything and <c>?</c> for one character, in any case.</summary>
static class Wildcards
{
    /// <summary>Characters of a pattern; with it the work for a text is bounded.</summary>
    public const int MaxPattern = 320;

    /// <summary>Goes back to the last <c>*</c> alone, so that the work is pattern times text at most.</summary>
    public static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        var (p, t, star, mark) = (0, 0, -1, 0);
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
                (star, mark) = (p++, t);
            else if (p < pattern.Length && (pattern[p] == '?' || IsSame(pattern[p], text[t])))
                (p, t) = (p + 1, t + 1);
            else if (star >= 0)
                (p, t) = (star + 1, ++mark);
            else
                return false;
        }
        while (p < pattern.Length && pattern[p] == '*')
            p++;
        return p == pattern.Length;
    }

    static bool IsSame(char one, char other) =>
        one == other || char.ToLowerInvariant(one) == char.ToLowerInvariant(other);
}
