namespace Cloud.Mail.Archives;

/// <summary>The <c>&gt;</c> before lines that begin with <c>From </c>.</summary>
static class MboxQuoting
{
    /// <summary>Of more of them, a line's first piece may not show what follows: it counts as quoted whatever it is.</summary>
    /// <remarks>So that what one program quotes the other takes back. No mail was quoted a thousand times.</remarks>
    const int MaxQuotes = 1_000;

    static ReadOnlySpan<byte> From => "From "u8;

    /// <summary>A line of a message, which would be taken for something else if it stood so in the file.</summary>
    public static bool MustQuote(ReadOnlySpan<byte> line, bool isReversible)
    {
        var quotes = Quotes(line);
        return isReversible && quotes > MaxQuotes
            || line[quotes..].StartsWith(From) && (quotes == 0 || isReversible && quotes <= MaxQuotes);
    }

    /// <summary>A line of a file without the mark that the writer added.</summary>
    public static ReadOnlySpan<byte> Unquote(ReadOnlySpan<byte> line, bool isReversible)
    {
        var quotes = Quotes(line);
        var isQuoted =
            isReversible && quotes > MaxQuotes + 1
            || line[quotes..].StartsWith(From) && (quotes == 1 || isReversible && quotes is > 0 and <= MaxQuotes + 1);
        return isQuoted ? line[1..] : line;
    }

    /// <summary>The whole lines at the beginning that nothing is to be done about, so that they need not be looked at singly.</summary>
    public static ReadOnlySpan<byte> Plain(ReadOnlySpan<byte> lines)
    {
        var end = 0;
        while (end < lines.Length && lines[end] is not ((byte)'F' or (byte)'>'))
        {
            var lf = lines[end..].IndexOf((byte)'\n');
            if (lf < 0)
                break;
            end += lf + 1;
        }

        return lines[..end];
    }

    /// <summary>Families whose quotes can all be taken back.</summary>
    public static bool IsReversible(MboxFamily family) => family is MboxFamily.Mboxrd or MboxFamily.Mboxcl2;

    static int Quotes(ReadOnlySpan<byte> line) =>
        line.IndexOfAnyExcept((byte)'>') is var end and >= 0 ? end : line.Length;
}
