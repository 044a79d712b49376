using System.Buffers;
using System.Collections.Frozen;
using System.Text;
using Cloud.Mail.Charsets;

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

    enum Kind
    {
        Inline,

        /// <summary>Begins and ends on a line of its own.</summary>
        Block,
        Cell,

        /// <summary>Its content is no text.</summary>
        Hidden,

        /// <summary>Its content is text that holds no tags.</summary>
        Raw,
    }

    static readonly FrozenDictionary<string, Kind>.AlternateLookup<ReadOnlySpan<char>> Elements = new (
        Kind Kind,
        string Names
    )[]
    {
        (Kind.Hidden, "script style title template select iframe noembed noframes"),
        (Kind.Raw, "textarea"),
        (Kind.Block, "p div br hr li ul ol dl dt dd table tr h1 h2 h3 h4 h5 h6 blockquote pre section article header"),
        (Kind.Block, "footer address center form body html main nav aside figure figcaption fieldset caption thead"),
        (Kind.Block, "tbody tfoot details dialog dir hgroup legend listing menu optgroup search summary"),
        (Kind.Cell, "td th option"),
    }
        .SelectMany(row => row.Names.Split(' ').Select(name => (name, row.Kind)))
        .ToFrozenDictionary(pair => pair.name, pair => pair.Kind, StringComparer.OrdinalIgnoreCase)
        .GetAlternateLookup<ReadOnlySpan<char>>();

    static readonly SearchValues<char> EndsAttribute = SearchValues.Create(" \t\r\n\f/>=");
    static readonly SearchValues<char> EndsValue = SearchValues.Create(" \t\r\n\f>");

    /// <param name="html">Any.</param>
    /// <param name="max">Most characters of text.</param>
    /// <returns>Lines with LF between, white space collapsed.</returns>
    public static string Of(string html, int max = MaxText)
    {
        var text = new PooledText(Math.Min(html.Length, max));
        Append(html, max, ref text);
        return text.Take();
    }

    /// <param name="html">Any.</param>
    /// <param name="max">Most characters of text.</param>
    /// <param name="target">Gets the text; empty before.</param>
    internal static void Append(ReadOnlySpan<char> html, int max, ref PooledText target)
    {
        var text = new Lines(target, max);
        var rest = html;
        while (!rest.IsEmpty && !text.IsFull)
        {
            var open = TagStart(rest);
            text.Add(open < 0 ? rest : rest[..open]);
            if (open < 0)
                break;
            rest = AfterTag(rest[open..], ref text);
        }

        target = text.End();
    }

    /// <returns>Where the next tag, comment or declaration begins; any other &lt; is text. -1 where there is none.</returns>
    static int TagStart(ReadOnlySpan<char> text)
    {
        for (var at = 0; ; at++)
        {
            var next = text[at..].IndexOf('<');
            at += next;
            if (next < 0 || at + 1 == text.Length)
                return -1;
            if (char.IsAsciiLetter(text[at + 1]) || text[at + 1] is '!' or '?')
                return at;
            if (text[at + 1] == '/' && at + 2 < text.Length)
                return at;
        }
    }

    static ReadOnlySpan<char> AfterTag(ReadOnlySpan<char> rest, scoped ref Lines text)
    {
        if (rest.StartsWith("<!--"))
            return AfterComment(rest[2..]);
        if (rest[1] is '!' or '?' || rest[1] == '/' && !char.IsAsciiLetter(rest[2]))
            return After(rest, ">");

        var isEnd = rest[1] == '/';
        var start = isEnd ? 2 : 1;
        var end = start;
        while (end < rest.Length && !EndsName(rest[end]))
            end++;
        var name = rest[start..end];
        rest = AfterAttributes(rest[end..]);
        var kind = Elements.TryGetValue(name, out var known) ? known : Kind.Inline;
        if (kind == Kind.Block)
            text.EndLine();
        else if (kind is Kind.Cell or Kind.Raw)
            text.Add(" ");
        if (isEnd || kind is not (Kind.Hidden or Kind.Raw))
            return rest;
        var after = BeforeEnd(rest, name);
        if (kind == Kind.Raw)
            text.Add(rest[..^after.Length]);
        return after;
    }

    static bool EndsName(char c) => c is ' ' or '\t' or '\r' or '\n' or '\f' or '/' or '>';

    /// <param name="rest">From the hyphens that begin it.</param>
    static ReadOnlySpan<char> AfterComment(ReadOnlySpan<char> rest)
    {
        for (var at = 0; rest[at..].IndexOf('>') is >= 0 and var next; at++)
        {
            at += next;
            var before = rest[..at];
            if (before.EndsWith("--") || before.EndsWith("--!") && at > 4)
                return rest[(at + 1)..];
        }

        return [];
    }

    /// <summary>Behind the &gt; that ends a tag, which quoted values may hold as well.</summary>
    static ReadOnlySpan<char> AfterAttributes(ReadOnlySpan<char> rest)
    {
        while (!rest.IsEmpty)
        {
            if (rest[0] == '>')
                return rest[1..];
            if (EndsName(rest[0]))
            {
                rest = rest[1..];
                continue;
            }

            var name = rest[1..].IndexOfAny(EndsAttribute) + 1; // an equals sign may begin one
            if (name == 0)
                return [];
            rest = rest[name..];
            if (rest[0] != '=')
                rest = rest.TrimStart(" \t\r\n\f");
            if (rest is ['=', ..])
                rest = AfterValue(rest[1..].TrimStart(" \t\r\n\f"));
        }

        return [];
    }

    static ReadOnlySpan<char> AfterValue(ReadOnlySpan<char> rest)
    {
        if (rest is ['"', ..])
            return After(rest[1..], "\"");
        if (rest is ['\'', ..])
            return After(rest[1..], "'");
        var end = rest.IndexOfAny(EndsValue);
        return end < 0 ? [] : rest[end..];
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
            var after = 2 + name.Length;
            if (
                rest.Length > after
                && EndsName(rest[after])
                && rest[2..after].Equals(name, StringComparison.OrdinalIgnoreCase)
            )
                return rest;
            rest = rest[2..];
        }
    }

    static ReadOnlySpan<char> After(ReadOnlySpan<char> rest, ReadOnlySpan<char> end) =>
        rest.IndexOf(end) is >= 0 and var at ? rest[(at + end.Length)..] : [];

    ref struct Lines(PooledText target, int max)
    {
        PooledText text = target;
        bool gap;

        public readonly bool IsFull => text.Length >= max;

        readonly bool IsLineStart => text.Length == 0 || text.Written[^1] == '\n';

        public void Add(ReadOnlySpan<char> run)
        {
            while (!run.IsEmpty && !IsFull)
            {
                var word = run[..WhiteSpace.FindInHtml(run)];
                Word(word);
                run = run[word.Length..];
                if (run.IsEmpty)
                    return;
                if (run[0] == '\0')
                    run = run.TrimStart('\0'); // shown as nothing
                else if (run[0] != '&')
                {
                    gap = true;
                    run = run[WhiteSpace.Run(run)..];
                }
                else if (HtmlEntities.TryRead(run, out var character, out var length))
                {
                    Add(character);
                    run = run[length..];
                }
                else
                {
                    // Of several in a row only the last can begin a reference.
                    var others = run.IndexOfAnyExcept('&');
                    var plain = others < 0 ? run.Length : Math.Max(1, others - 1);
                    Word(run[..plain]);
                    run = run[plain..];
                }
            }
        }

        public void EndLine()
        {
            if (!IsLineStart && !IsFull)
                text.Append("\n");
            gap = false;
        }

        public PooledText End()
        {
            if (text.Length > 0 && char.IsHighSurrogate(text.Written[^1]))
                text.RemoveAt(text.Length - 1);
            text.Cut(text.Written.TrimEnd('\n').Length);
            return text;
        }

        void Add(Rune character)
        {
            if (Rune.IsWhiteSpace(character))
            {
                gap = true;
                return;
            }

            Span<char> units = stackalloc char[2];
            Word(units[..character.EncodeToUtf16(units)]);
        }

        /// <summary>Characters none of which is white space.</summary>
        void Word(scoped ReadOnlySpan<char> word)
        {
            if (word.IsEmpty || IsFull)
                return;
            if (gap && !IsLineStart)
                text.Append(" ");
            gap = false;
            text.Append(word[..Math.Min(word.Length, max - text.Length)]);
        }
    }
}
