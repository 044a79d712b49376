using System.Buffers;

namespace Cloud.Mail.Text;

/// <summary>Finds the white space between words, which are short.</summary>
/// <remarks>To begin a vectorised search costs more than to look at the few characters of a word one by one.</remarks>
static class WhiteSpace
{
    /// <summary>Characters looked at one by one; the words of most languages are shorter.</summary>
    const int Word = 8;

    static readonly char[] All =
    [
        .. Enumerable.Range(0, char.MaxValue).Select(unit => (char)unit).Where(char.IsWhiteSpace),
    ];

    static readonly SearchValues<char> White = SearchValues.Create(All);
    static readonly SearchValues<char> InHtml = SearchValues.Create([.. All, '&', '\0']);

    /// <returns>Where the first white space is; the length if there is none.</returns>
    public static int Find(ReadOnlySpan<char> text)
    {
        var near = Math.Min(text.Length, Word);
        for (var at = 0; at < near; at++)
        {
            if (char.IsWhiteSpace(text[at]))
                return at;
        }

        return FindFrom(near, text, White);
    }

    /// <returns>Where the first white space, &amp; or NUL is; the length if there is none.</returns>
    public static int FindInHtml(ReadOnlySpan<char> text)
    {
        var near = Math.Min(text.Length, Word);
        for (var at = 0; at < near; at++)
        {
            if (text[at] is '&' or '\0' || char.IsWhiteSpace(text[at]))
                return at;
        }

        return FindFrom(near, text, InHtml);
    }

    /// <returns>How many characters of white space the text begins with.</returns>
    public static int Run(ReadOnlySpan<char> text)
    {
        var length = 0;
        while (length < text.Length && char.IsWhiteSpace(text[length]))
            length++;
        return length;
    }

    static int FindFrom(int start, ReadOnlySpan<char> text, SearchValues<char> values)
    {
        var at = text[start..].IndexOfAny(values);
        return at < 0 ? text.Length : start + at;
    }
}
