namespace Cloud.Trust.Spf;

/// <summary>A stranger's text as a trace can hold it.</summary>
static class Printable
{
    /// <summary>Characters of a text in a step.</summary>
    const int Max = 300;

    /// <summary>Cut, and a question mark for each character that is not printable ASCII.</summary>
    public static string Of(ReadOnlySpan<char> text)
    {
        var isCut = text.Length > Max;
        var kept = isCut ? text[..Max] : text;
        return string.Create(
            kept.Length + (isCut ? 1 : 0),
            kept,
            (span, from) =>
            {
                for (var i = 0; i < span.Length; i++)
                    span[i] =
                        i == from.Length ? '…'
                        : from[i] is >= ' ' and <= '~' ? from[i]
                        : '?';
            }
        );
    }
}
