using System.Buffers;
using System.Collections.Frozen;
using System.Net;
using System.Text;

namespace Cloud.Mail.Text;

/// <summary>The text a reader of HTML would see, for search and previews. Not for display: nothing is sanitised.</summary>
/// <remarks>
/// Tags are told as browsers tell them, but no tree is built, so the time is linear however broken the HTML is.
/// What a browser would drop (a comment or script that never ends, half a tag at the end) is dropped.
/// </remarks>
public static class HtmlText
{
    /// <summary>Characters of text made, unless asked otherwise: more than anybody searches.</summary>
    const int MaxText = 1024 * 1024;

    /// <summary>Elements whose content is no text.</summary>
    static readonly FrozenSet<string> Hidden = Names("script style title noscript template textarea select object");

    /// <summary>Elements that begin and end on lines of their own.</summary>
    static readonly FrozenSet<string> Blocks = Names(
        "p div br hr li ul ol dl dt dd table tr h1 h2 h3 h4 h5 h6 blockquote pre section article header footer address"
            + " center form body html main nav aside figure figcaption fieldset caption thead tbody tfoot"
    );

    static readonly FrozenSet<string> Cells = Names("td th option");

    static readonly SearchValues<char> TagNameEnd = SearchValues.Create(" \t\r\n\f/><");
    static readonly SearchValues<char> TagStop = SearchValues.Create(">\"'");

    /// <param name="html">Any.</param>
    /// <param name="max">Most characters of text.</param>
    /// <returns>Lines with LF between, white space collapsed.</returns>
    public static string Of(string html, int max = MaxText)
    {
        var text = new Lines(max);
        ReadOnlySpan<char> rest = html;
        while (!rest.IsEmpty && !text.IsFull)
        {
            var open = rest.IndexOf('<');
            text.Add(open < 0 ? rest : rest[..open]);
            if (open < 0)
                break;
            rest = rest[open..];
            rest = rest.Length > 1 && IsTagStart(rest[1]) ? AfterTag(rest, text) : Literal(rest, text);
        }

        return text.ToString();
    }

    static bool IsTagStart(char c) => char.IsAsciiLetter(c) || c is '/' or '!' or '?';

    static ReadOnlySpan<char> Literal(ReadOnlySpan<char> rest, Lines text)
    {
        text.Add("<");
        return rest[1..];
    }

    static ReadOnlySpan<char> AfterTag(ReadOnlySpan<char> rest, Lines text)
    {
        if (rest.StartsWith("<!--"))
            return After(rest[2..], "-->");
        if (rest[1] is '!' or '?')
            return After(rest, ">");

        var isEnd = rest[1] == '/';
        var start = isEnd ? 2 : 1;
        var length = rest[start..].IndexOfAny(TagNameEnd);
        if (length < 0)
            return [];
        var name = rest.Slice(start, length);
        rest = AfterAttributes(rest[(start + length)..]);
        if (Has(Blocks, name))
            text.EndLine();
        else if (Has(Cells, name))
            text.Add(" ");
        return !isEnd && Has(Hidden, name) ? BeforeEnd(rest, name) : rest;
    }

    /// <summary>Behind the &gt; that ends a tag, which quoted values may hold as well.</summary>
    static ReadOnlySpan<char> AfterAttributes(ReadOnlySpan<char> rest)
    {
        while (true)
        {
            var stop = rest.IndexOfAny(TagStop);
            if (stop < 0)
                return [];
            var found = rest[stop];
            var isQuote = found != '>' && rest[..stop].TrimEnd() is [.., '='];
            rest = rest[(stop + 1)..];
            if (found == '>')
                return rest;
            if (isQuote)
                rest = After(rest, found == '"' ? "\"" : "'");
        }
    }

    /// <summary>At the end tag of an element whose content is no markup.</summary>
    static ReadOnlySpan<char> BeforeEnd(ReadOnlySpan<char> rest, ReadOnlySpan<char> name)
    {
        while (true)
        {
            var at = rest.IndexOf("</");
            if (at < 0)
                return [];
            rest = rest[at..];
            if (rest[2..].StartsWith(name, StringComparison.OrdinalIgnoreCase))
                return rest;
            rest = rest[2..];
        }
    }

    static ReadOnlySpan<char> After(ReadOnlySpan<char> rest, ReadOnlySpan<char> end) =>
        rest.IndexOf(end) is >= 0 and var at ? rest[(at + end.Length)..] : [];

    static FrozenSet<string> Names(string names) => names.Split(' ').ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    static bool Has(FrozenSet<string> names, ReadOnlySpan<char> name) =>
        names.GetAlternateLookup<ReadOnlySpan<char>>().Contains(name);

    sealed class Lines(int max)
    {
        readonly StringBuilder text = new();
        bool gap;

        public bool IsFull => text.Length >= max;

        public void Add(ReadOnlySpan<char> run)
        {
            var decoded = run.Contains('&') ? WebUtility.HtmlDecode(run.ToString()) : run;
            foreach (var c in decoded)
            {
                if (IsFull)
                    return;
                if (char.IsWhiteSpace(c))
                {
                    gap = true;
                    continue;
                }

                if (gap && text.Length > 0 && text[^1] != '\n')
                    text.Append(' ');
                gap = false;
                text.Append(c);
            }
        }

        public void EndLine()
        {
            if (text.Length > 0 && text[^1] != '\n' && !IsFull)
                text.Append('\n');
            gap = false;
        }

        public override string ToString()
        {
            var length = Math.Min(text.Length, max);
            if (length > 0 && char.IsHighSurrogate(text[length - 1]))
                length--;
            return text.ToString(0, length).TrimEnd('\n');
        }
    }
}
