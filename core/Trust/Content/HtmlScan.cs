using System.Buffers;
using System.Text;
using Cloud.Mail.Text;

namespace Cloud.Trust.Content;

/// <summary>What rules want to know of HTML: its links, its pictures, and whether it acts.</summary>
/// <param name="Links">In order.</param>
/// <param name="Images">How many.</param>
/// <param name="Active">The first element that mail has no use for: a script, a form, a frame; null if none.</param>
/// <remarks>One pass, in linear time however broken the markup is.</remarks>
sealed record HtmlScan(IReadOnlyList<HtmlLink> Links, int Images, string? Active)
{
    /// <summary>Links that are looked at; newsletters have some hundred.</summary>
    const int MaxLinks = 500;

    /// <summary>Characters of a URL that are looked at: as many as browsers of old took.</summary>
    const int MaxUrl = 2 * 1024;

    /// <summary>Characters of a link's text with its markup; one that shows an address is short.</summary>
    const int MaxInner = 4 * 1024;

    static readonly SearchValues<char> EndOfName = SearchValues.Create(" \t\r\n\f=>");
    static readonly SearchValues<char> EndOfValue = SearchValues.Create(" \t\r\n\f>");

    static readonly string[] ActiveElements = ["script", "form", "iframe", "object", "embed", "applet"];

    public static HtmlScan Of(string html)
    {
        var links = new List<HtmlLink>();
        var images = 0;
        string? active = null;
        (string Url, int Start)? open = null;
        var at = 0;
        while (links.Count < MaxLinks && html.AsSpan(at).IndexOf('<') is >= 0 and var found)
        {
            var tagStart = at + found;
            var rest = html.AsSpan(tagStart);
            if (rest.StartsWith("<!--"))
            {
                at = After(html, tagStart + 2, "-->");
                continue;
            }

            var isEnd = rest.Length > 1 && rest[1] == '/';
            var name = NameAt(rest[(isEnd ? 2 : 1)..]);
            if (name.IsEmpty)
            {
                at = tagStart + 1;
                continue;
            }

            var attributes = tagStart + (isEnd ? 2 : 1) + name.Length;
            at = EndOfTag(html, attributes);
            if (Is(name, "a"))
            {
                Close(html, tagStart, ref open, links);
                if (!isEnd && Attribute(html.AsSpan(attributes, at - attributes), "href") is { } url)
                    open = (url, at);
            }
            else if (!isEnd && Is(name, "img"))
                images++;
            else if (!isEnd)
                active ??= ActiveOf(name);
        }

        Close(html, html.Length, ref open, links);
        return new(links, images, active);
    }

    static void Close(string html, int end, ref (string Url, int Start)? open, List<HtmlLink> links)
    {
        if (open is not { } link)
            return;
        var inner = html.AsSpan(link.Start, Math.Min(end - link.Start, MaxInner));
        links.Add(new(link.Url, HtmlText.Of(inner.ToString(), MaxUrl)));
        open = null;
    }

    static string? ActiveOf(ReadOnlySpan<char> name)
    {
        foreach (var element in ActiveElements)
        {
            if (Is(name, element))
                return element;
        }

        return null;
    }

    static bool Is(ReadOnlySpan<char> name, string element) => name.Equals(element, StringComparison.OrdinalIgnoreCase);

    static ReadOnlySpan<char> NameAt(ReadOnlySpan<char> text)
    {
        var length = 0;
        while (length < text.Length && char.IsAsciiLetterOrDigit(text[length]))
            length++;
        return text[..length];
    }

    /// <summary>Behind the &gt; that ends a tag, which quoted values may hold as well.</summary>
    static int EndOfTag(string html, int at)
    {
        while (true)
        {
            var stop = html.AsSpan(at).IndexOfAny('>', '"', '\'');
            if (stop < 0)
                return html.Length;
            var quote = html[at + stop];
            var isValue = html.AsSpan(at, stop).TrimEnd() is [.., '='];
            at += stop + 1;
            if (quote == '>')
                return at;
            if (isValue)
                at = After(html, at, quote == '"' ? "\"" : "'");
        }
    }

    static int After(string html, int from, string end) =>
        html.AsSpan(from).IndexOf(end) is >= 0 and var at ? from + at + end.Length : html.Length;

    /// <summary>The value of an attribute, references resolved.</summary>
    static string? Attribute(ReadOnlySpan<char> attributes, string name)
    {
        while (true)
        {
            attributes = attributes.TrimStart(" \t\r\n\f/");
            if (attributes.IsEmpty)
                return null;
            var nameEnd = attributes.IndexOfAny(EndOfName);
            if (nameEnd < 0)
                return null;
            var found = attributes[..nameEnd];
            attributes = attributes[nameEnd..].TrimStart();
            if (attributes is not ['=', ..])
            {
                attributes = attributes is ['>', ..] ? [] : attributes;
                continue;
            }

            attributes = attributes[1..].TrimStart();
            var value = Value(ref attributes);
            if (Is(found, name))
                return Resolve(value[..Math.Min(value.Length, MaxUrl)]);
        }
    }

    static ReadOnlySpan<char> Value(ref ReadOnlySpan<char> attributes)
    {
        var isQuoted = attributes is ['"' or '\'', ..];
        var rest = isQuoted ? attributes[1..] : attributes;
        var end = isQuoted ? rest.IndexOf(attributes[0]) : rest.IndexOfAny(EndOfValue);
        var value = end < 0 ? rest : rest[..end];
        attributes = end < 0 ? [] : rest[(end + 1)..];
        return value;
    }

    static string Resolve(ReadOnlySpan<char> value)
    {
        if (value.IndexOf('&') < 0)
            return value.ToString();
        var text = new StringBuilder(value.Length);
        while (!value.IsEmpty)
        {
            if (value[0] == '&' && HtmlEntities.TryRead(value, out var character, out var length))
            {
                text.Append(character.ToString());
                value = value[length..];
                continue;
            }

            text.Append(value[0]);
            value = value[1..];
        }

        return text.ToString();
    }
}

/// <param name="Url">As written, references resolved.</param>
/// <param name="Text">What a reader sees of it; empty around a picture.</param>
sealed record HtmlLink(string Url, string Text);
