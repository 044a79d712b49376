using System.Text;

namespace Cloud.Mail.Text;

/// <summary>The first words of a message on one line: RFC 8970 §3.3, and preview in RFC 8621 §4.1.4.</summary>
public static class Preview
{
    /// <summary>Characters (code points) of a preview: what RFC 8970 §3.3 advises; its limit, and JMAP's, is 256.</summary>
    public const int MaxCharacters = 200;

    /// <param name="text">Plain; of HTML, <see cref="HtmlText"/>. Only its start is looked at.</param>
    /// <returns>
    /// White space collapsed; quoted lines (<c>&gt;</c>) and what follows a signature's <c>-- </c> left out, unless there
    /// is nothing else; no invisible characters, which newsletters pad their first line with.
    /// </returns>
    public static string Of(string text)
    {
        Span<char> preview = stackalloc char[MaxUnits];
        return new string(preview[..Write(text, preview)]);
    }

    /// <summary>UTF-16 units of the longest preview.</summary>
    internal const int MaxUnits = 2 * MaxCharacters;

    /// <summary>As <see cref="Of"/>, into <paramref name="preview"/>, which has room for <see cref="MaxUnits"/>.</summary>
    /// <returns>Units of it.</returns>
    internal static int Write(ReadOnlySpan<char> text, Span<char> preview)
    {
        var start = text[..Math.Min(text.Length, MaxLookedAt)];
        var own = Collect(start, all: false, preview);
        return own > 0 ? own : Collect(start, all: true, preview);
    }

    /// <summary>Characters looked at: quotes above the answer may be long.</summary>
    const int MaxLookedAt = 64 * 1024;

    static int Collect(ReadOnlySpan<char> text, bool all, Span<char> preview)
    {
        var length = 0;
        var count = 0;
        foreach (var raw in text.EnumerateLines())
        {
            var line = raw.TrimEnd('\r');
            if (!all && line is "-- ")
                break;
            if (!all && line is ['>', ..])
                continue;
            if (!Append(line, preview, ref length, ref count))
                break;
        }

        return length;
    }

    /// <returns>False when it is full.</returns>
    static bool Append(ReadOnlySpan<char> line, Span<char> preview, ref int length, ref int count)
    {
        var gap = length > 0;
        foreach (var rune in line.EnumerateRunes())
        {
            if (Rune.IsWhiteSpace(rune))
                gap = length > 0;
            if (Rune.IsWhiteSpace(rune) || IsInvisible(rune))
                continue;
            if (count + (gap ? 2 : 1) > MaxCharacters)
                return false;
            if (gap)
                preview[length++] = ' ';
            length += rune.EncodeToUtf16(preview[length..]);
            count += gap ? 2 : 1;
            gap = false;
        }

        return true;
    }

    static bool IsInvisible(Rune rune) =>
        Rune.IsControl(rune)
        || rune.Value
            is 0xAD
                or 0x34F
                or 0x61C
                or (>= 0x200B and <= 0x200C)
                or 0x200E
                or 0x200F
                or (>= 0x2060 and <= 0x2064)
                or 0xFEFF;
}
