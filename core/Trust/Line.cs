namespace Cloud.Trust;

/// <summary>A stranger's text within a line of ours.</summary>
public static class Line
{
    /// <summary>Characters of an explanation.</summary>
    const int Longest = 300;

    /// <summary>Cut, and a question mark for each character that is not printable ASCII.</summary>
    /// <param name="text">What a stranger wrote.</param>
    /// <param name="max">Characters that are kept.</param>
    public static string Of(ReadOnlySpan<char> text, int max = Longest) =>
        string.Create(
            Math.Min(text.Length, max),
            text,
            static (line, from) =>
            {
                for (var i = 0; i < line.Length; i++)
                    line[i] = from[i] is >= ' ' and <= '~' ? from[i] : '?';
            }
        );
}
