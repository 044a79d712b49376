using System.Text;

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
        var lines = text.ReplaceLineEndings("\n").Split('\n', MaxLines);
        var kinds = new Kind[lines.Length];
        MarkQuotes(lines, kinds);
        MarkRest(lines, kinds);
        MarkSignature(lines, kinds);
        return new ReplyText(
            Join(lines, kinds, Kind.Own),
            Join(lines, kinds, Kind.Quoted),
            Join(lines, kinds, Kind.Signature)
        );
    }

    /// <summary>Lines with a mark of quoting, empty ones between them, and the attribution above.</summary>
    static void MarkQuotes(string[] lines, Kind[] kinds)
    {
        var last = -2; // the quoted line before this one
        for (var i = 0; i < lines.Length; i++)
        {
            if (!lines[i].StartsWith('>'))
                continue;
            var gap = i - 1;
            while (gap >= 0 && kinds[gap] == Kind.Own && string.IsNullOrWhiteSpace(lines[gap]))
                gap--;
            if (gap == last)
                Array.Fill(kinds, Kind.Quoted, gap + 1, i - gap - 1);
            else if (AttributionStart(lines, kinds, gap) is { } start)
                Array.Fill(kinds, Kind.Quoted, start, i - start);
            kinds[i] = Kind.Quoted;
            last = i;
        }
    }

    /// <returns>Null where the lines that end at <paramref name="end"/> are none.</returns>
    static int? AttributionStart(string[] lines, Kind[] kinds, int end)
    {
        if (end < 0 || kinds[end] != Kind.Own || !QuoteMarks.EndsAttribution(lines[end]))
            return null;
        var start = end;
        for (; start > 0 && end - start < MaxAttribution - 1; start--)
        {
            if (kinds[start - 1] != Kind.Own || string.IsNullOrWhiteSpace(lines[start - 1]))
                break;
            if (QuoteMarks.BeginsAttribution(lines[start]))
                break;
        }

        return QuoteMarks.IsAttribution(string.Join(' ', lines[start..(end + 1)])) ? start : null;
    }

    /// <summary>From a separator, a block of header fields or an attribution above unmarked text, all is quoted.</summary>
    static void MarkRest(string[] lines, Kind[] kinds)
    {
        var lastQuoted = Array.LastIndexOf(kinds, Kind.Quoted);
        var lastText = Array.FindLastIndex(lines, line => !string.IsNullOrWhiteSpace(line));
        for (var i = 0; i < lines.Length; i++)
        {
            if (kinds[i] != Kind.Own)
                continue;
            // An attribution that says when, with text below of which nothing is marked as a quote.
            var isLastWord = i >= lastQuoted && i < lastText && SaysWhen(lines, i);
            var start =
                QuoteMarks.IsSeparator(lines[i]) || QuoteMarks.IsHeaderBlock(lines.AsSpan(i)) ? i
                : isLastWord ? AttributionStart(lines, kinds, i)
                : null;
            if (start is not { } from)
                continue;
            if (from > 0 && QuoteMarks.IsRule(lines[from - 1]))
                from--;
            Array.Fill(kinds, Kind.Quoted, from, lines.Length - from);
            return;
        }
    }

    static bool SaysWhen(string[] lines, int end) =>
        QuoteMarks.EndsAttribution(lines[end])
        && (lines[end].Any(char.IsAsciiDigit) || end > 0 && lines[end - 1].Any(char.IsAsciiDigit));

    static void MarkSignature(string[] lines, Kind[] kinds)
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
    static int PhoneLine(string[] lines, Kind[] kinds)
    {
        for (var i = lines.Length - 1; i >= 0; i--)
        {
            if (kinds[i] == Kind.Own && !string.IsNullOrWhiteSpace(lines[i]))
                return QuoteMarks.IsPhoneLine(lines[i]) ? i : -1;
        }

        return -1;
    }

    static string Join(string[] lines, Kind[] kinds, Kind kind)
    {
        var text = new StringBuilder();
        for (var i = 0; i < lines.Length; i++)
        {
            if (kinds[i] == kind)
                text.Append(lines[i]).Append('\n');
        }

        return text.ToString().Trim('\n');
    }
}
