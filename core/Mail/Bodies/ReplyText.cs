using System.Buffers;
using Cloud.Mail.Charsets;

namespace Cloud.Mail.Bodies;

/// <summary>A plain text taken apart into what its author wrote and what the program around added.</summary>
/// <remarks>
/// A heuristic: no standard says how replies quote, and a program that guesses wrong must still show the whole text.
/// It knows lines that begin with <c>&gt;</c>, the line above them that names their author, the separators and header
/// blocks that Outlook and others put above an unmarked quote, and signatures after <c>-- </c> (RFC 3676 §4.3).
/// </remarks>
/// <param name="Own">What is left. Empty where a message only forwards.</param>
/// <param name="Quoted">Lines of earlier messages with what introduces them.</param>
/// <param name="Signature">With its <c>-- </c>, or what a phone writes below every message.</param>
public sealed record ReplyText(string Own, string Quoted, string Signature)
{
    /// <summary>Lines looked at; nobody writes more by hand, and what follows counts as the last one did.</summary>
    const int MaxLines = 20_000;

    /// <summary>Lines that a name and an address above a quote are broken into.</summary>
    const int MaxAttribution = 4;

    enum Kind : byte
    {
        Own,
        Quoted,
        Signature,
    }

    /// <param name="text">With its paragraphs joined if it is format=flowed; lines end in CRLF or LF.</param>
    public static ReplyText Of(string text)
    {
        var count = Math.Min(text.AsSpan().Count('\n') + 1, MaxLines);
        var ranges = ArrayPool<Range>.Shared.Rent(count);
        var marks = ArrayPool<Kind>.Shared.Rent(count);
        var lines = new TextLines(text, ranges.AsSpan(0, count));
        var kinds = marks.AsSpan(0, count);
        kinds.Clear();
        MarkQuotes(lines, kinds);
        MarkRest(lines, kinds);
        MarkSignature(lines, kinds);
        var reply = new ReplyText(
            Join(lines, kinds, Kind.Own),
            Join(lines, kinds, Kind.Quoted),
            Join(lines, kinds, Kind.Signature)
        );
        ArrayPool<Range>.Shared.Return(ranges);
        ArrayPool<Kind>.Shared.Return(marks);
        return reply;
    }

    /// <summary>Lines with a mark of quoting, empty ones between them, and the attribution above.</summary>
    static void MarkQuotes(TextLines lines, Span<Kind> kinds)
    {
        var last = -2; // the quoted line before this one
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i] is not ['>', ..])
                continue;
            var gap = i - 1;
            while (gap >= 0 && kinds[gap] == Kind.Own && lines[gap].IsWhiteSpace())
                gap--;
            if (gap == last)
                kinds[(gap + 1)..i].Fill(Kind.Quoted);
            else if (AttributionStart(lines, kinds, gap) is { } start)
                kinds[start..i].Fill(Kind.Quoted);
            kinds[i] = Kind.Quoted;
            last = i;
        }
    }

    /// <returns>Null where the lines that end at <paramref name="end"/> are none.</returns>
    static int? AttributionStart(TextLines lines, Span<Kind> kinds, int end)
    {
        if (end < 0 || kinds[end] != Kind.Own || !QuoteMarks.EndsAttribution(lines[end]))
            return null;
        var start = end;
        for (; start > 0 && end - start < MaxAttribution - 1; start--)
        {
            if (kinds[start - 1] != Kind.Own || lines[start - 1].IsWhiteSpace())
                break;
            if (QuoteMarks.BeginsAttribution(lines[start]))
                break;
        }

        return IsAttribution(lines, start, end) ? start : null;
    }

    /// <summary>Whether the lines are one, joined.</summary>
    static bool IsAttribution(TextLines lines, int start, int end)
    {
        Span<char> joined = stackalloc char[QuoteMarks.MaxAttribution];
        var length = 0;
        for (var i = start; i <= end; i++)
        {
            var line = lines[i];
            if (length + 1 + line.Length > joined.Length)
                return false;
            if (i > start)
                joined[length++] = ' ';
            line.CopyTo(joined[length..]);
            length += line.Length;
        }

        return QuoteMarks.IsAttribution(joined[..length]);
    }

    /// <summary>From a separator, a block of header fields or an attribution above unmarked text, all is quoted.</summary>
    static void MarkRest(TextLines lines, Span<Kind> kinds)
    {
        var lastQuoted = kinds.LastIndexOf(Kind.Quoted);
        var lastText = lines.Length - 1;
        while (lastText >= 0 && lines[lastText].IsWhiteSpace())
            lastText--;
        for (var i = 0; i < lines.Length; i++)
        {
            if (kinds[i] != Kind.Own)
                continue;
            // An attribution that says when, with text below of which nothing is marked as a quote.
            var isLastWord = i >= lastQuoted && i < lastText && SaysWhen(lines, i);
            var start =
                QuoteMarks.IsSeparator(lines[i]) || QuoteMarks.IsHeaderBlock(lines, i) ? i
                : isLastWord ? AttributionStart(lines, kinds, i)
                : null;
            if (start is not { } from)
                continue;
            if (from > 0 && QuoteMarks.IsRule(lines[from - 1]))
                from--;
            kinds[from..].Fill(Kind.Quoted);
            return;
        }
    }

    static bool SaysWhen(TextLines lines, int end) =>
        QuoteMarks.EndsAttribution(lines[end])
        && (QuoteMarks.HasDigit(lines[end]) || end > 0 && QuoteMarks.HasDigit(lines[end - 1]));

    static void MarkSignature(TextLines lines, Span<Kind> kinds)
    {
        var start = -1;
        for (var i = 0; i < lines.Length && start < 0; i++)
        {
            if (kinds[i] == Kind.Own && lines[i] is "-- ")
                start = i;
        }

        if (start < 0)
            start = PhoneLine(lines, kinds);
        for (var i = start; i >= 0 && i < lines.Length && kinds[i] == Kind.Own; i++)
            kinds[i] = Kind.Signature;
    }

    /// <summary>The last line of one's own, where a program wrote it.</summary>
    static int PhoneLine(TextLines lines, Span<Kind> kinds)
    {
        for (var i = lines.Length - 1; i >= 0; i--)
        {
            if (kinds[i] == Kind.Own && !lines[i].IsWhiteSpace())
                return QuoteMarks.IsPhoneLine(lines[i]) ? i : -1;
        }

        return -1;
    }

    static string Join(TextLines lines, Span<Kind> kinds, Kind kind)
    {
        var first = kinds.IndexOf(kind);
        if (first < 0)
            return "";
        var text = new PooledText(lines.Text.Length);
        text.Append(lines[first]);
        for (var i = first + 1; i < lines.Length; i++)
        {
            if (kinds[i] != kind)
                continue;
            text.Append("\n");
            text.Append(lines[i]);
        }

        var joined = text.Written.Trim('\n').ToString();
        text.Return();
        return joined;
    }
}
