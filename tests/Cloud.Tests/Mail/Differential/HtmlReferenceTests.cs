using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using Cloud.Mail.Text;

namespace Cloud.Tests.Mail.Differential;

/// <summary>The text of HTML beside what the tree of a standard parser (AngleSharp) shows.</summary>
/// <remarks>White space is compared as one space; where a browser joins words across tags, ours have to be joined too.</remarks>
public sealed class HtmlReferenceTests
{
    const int Documents = 2_000;

    /// <summary>Where ours may say something else than a browser, and why that is good enough.</summary>
    static readonly (string Reason, Func<string, bool> IsIn, Func<string, string> Without)[] Differences =
    [
        (
            "Text and tags that may not stand in a table are shown before it by a browser: all the words, in another order.",
            html => Has(html, "<t(able|body|head|foot|r)\\b"),
            text => string.Concat(text.Where(c => !char.IsWhiteSpace(c)).Order())
        ),
        (
            "A cell, row or option that is in no table or list parts no words in a browser, and here it does.",
            html => Has(html, "<(/?(t[dhr]|tbody|thead|tfoot|caption|option|optgroup|body|html)|/[a-z])"),
            text => string.Concat(text.Where(c => !char.IsWhiteSpace(c)))
        ),
    ];

    static readonly string[] Blocks =
    [
        .. (
            "address article aside blockquote body br caption center dd details dialog dir div dl dt fieldset figcaption "
            + "figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li listing main menu nav ol optgroup "
            + "option p pre search section summary table tbody td textarea tfoot th thead tr ul"
        ).Split(' '),
    ];

    /// <summary>HTML Living Standard §15.3.1, and content that stands for what cannot be shown.</summary>
    static readonly string[] Hidden =
    [
        .. "datalist head iframe noembed noframes script select style template title".Split(' '),
    ];

    static readonly string[] Words =
    [
        "one",
        "zwei",
        "drei ",
        " vier",
        "\r\n",
        "\u00a0",
        "ß",
        "日本",
        "x\u0000y",
        "-",
        "5 > 4",
        "a & b",
    ];

    static readonly string[] References =
    [
        "&amp;",
        "&lt;b&gt;",
        "&nbsp;",
        "&nbsp",
        "&copy 2026",
        "&notit;",
        "&notin;",
        "&#65;",
        "&#x41",
        "&#128;",
        "&#0;",
        "&#xD800;",
        "&#99999999999;",
        "&#0000000000065;",
        "&thetasym;",
        "&NewLine;",
        "&Tab;",
        "&lpar;x&rpar;",
        "&",
        "&;",
        "&#;",
        "&#x;",
        "&unheard;",
        "&ampx",
        "&AMP;",
        "&lang;",
        "&euro;",
        "&euro",
        "a&b;",
        "?a=b&copy=c",
    ];

    static readonly string[] Hostile =
    [
        "<",
        ">",
        "</",
        "</>",
        "</ x>",
        "<>",
        "< p>",
        "<3",
        "<!-->",
        "<!--->",
        "<!-- > -->",
        "<!--x--!>",
        "<!---!>y-->",
        "<!x>",
        "<!doctype html>",
        "<?php x ?>",
        "<![CDATA[c]]>",
        "<a b=c\"d>",
        "<a =\">",
        "<a b='>'>",
        "<a b = \"x>y\" >",
        "<a b=\"x\"c>",
        "<a/b/>",
        "<a b='c' \">",
        "<p",
        "</a b='>'>",
        "<b<p>",
        "<script>s</script>",
        "<script>'</scriptx>'</script >",
        "<style>p{}</STYLE>",
        "<style></style/x>",
        "<title>t</title>",
        "<textarea><b>k</b></textarea>",
        "<iframe><b>i</b></iframe>",
        "<noscript><b>n</b></noscript>",
        "<object data=x>o</object>",
        "<svg><g>g</g></svg>",
        "<br/>",
        "</br>",
        "</p>",
        "<wbr>",
        "<select><option>q</select>",
        "<noframes>f</noframes>",
        "<template>u</template>",
        "<math><mi>m</mi></math>",
        "</body>x",
        "</html>",
    ];

    static readonly string[] Inline =
    [
        "b",
        "i",
        "a href='x'",
        "span class=\"y\"",
        "font color=red",
        "em",
        "u",
        "strong",
        "sup",
        "small",
    ];
    static readonly string[] Block =
    [
        "p",
        "div style=\"a:b\"",
        "h1",
        "li",
        "blockquote",
        "center",
        "section",
        "pre",
        "details",
        "article",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Well_formed_mail_reads_as_in_the_tree(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < Documents; i++)
        {
            var html =
                $"<!DOCTYPE html><html><head><title>x</title><style>a>b{{}}</style></head><body>{Flow(random, 4)}</body></html>";

            Assert.True(Expected(html) == Actual(html), $"Seed {seed}, {i}: {html}\n{Expected(html)}\n{Actual(html)}");
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void Broken_html_reads_as_in_the_tree_but_for_what_is_listed(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < Documents; i++)
        {
            var html = Broken(random);

            Assert.True(IsSame(html), $"Seed {seed}, {i}: {html}\n{Expected(html)}\n{Actual(html)}");
        }
    }

    /// <summary>One piece alone, or between words: nothing that is listed excuses these.</summary>
    [Fact]
    public void Every_piece_alone_reads_as_in_the_tree()
    {
        var faults = new StringBuilder();
        foreach (var piece in Hostile.Concat(References))
        {
            foreach (var html in new[] { piece, $"<p>a{piece}", $"a {piece} b", $"<p>x{piece}y</p>z" })
            {
                if (Expected(html) != Actual(html) && !OfWords.Contains(piece))
                    faults.AppendLine(
                        CultureInfo.InvariantCulture,
                        $"{html}: \"{Expected(html)}\", not \"{Actual(html)}\""
                    );
            }
        }

        Assert.True(faults.Length == 0, faults.ToString());
    }

    /// <summary>They part words here, and in no tree: the second of the differences.</summary>
    static readonly string[] OfWords = ["</body>x", "</html>"];

    static bool IsSame(string html)
    {
        var (expected, actual) = (Expected(html), Actual(html));
        return expected == actual
            || Differences.Any(each => each.IsIn(html) && each.Without(expected) == each.Without(actual));
    }

    static bool Has(string html, string pattern) => Regex.IsMatch(html, pattern, RegexOptions.IgnoreCase);

    static string Actual(string html) => Collapse(HtmlText.Of(html));

    static string Expected(string html)
    {
        var text = new StringBuilder();
        // AngleSharp drops the semicolon of "&;", which the standard keeps (§13.2.5.72).
        Show(new HtmlParser().ParseDocument(html.Replace("&;", "&amp;;", StringComparison.Ordinal)), text);
        return Collapse(text.ToString());
    }

    static void Show(INode node, StringBuilder text)
    {
        if (node is IText run)
            text.Append(run.Data.Replace("\0", "", StringComparison.Ordinal));
        if (node is IElement hidden && Hidden.Contains(hidden.LocalName))
            return;
        var isBlock = node is IElement element && Blocks.Contains(element.LocalName);
        text.Append(isBlock ? "\n" : "");
        foreach (var child in node.ChildNodes)
            Show(child, text);
        text.Append(isBlock ? "\n" : "");
    }

    static string Collapse(string text) => Regex.Replace(text, @"[\s\u00a0]+", " ").Trim();

    static string Flow(Random random, int depth)
    {
        var html = new StringBuilder();
        for (var left = random.Next(1, 5); left > 0; left--)
        {
            html.Append(
                (depth == 0 ? 0 : random.Next(8)) switch
                {
                    0 or 1 => Words[random.Next(Words.Length)],
                    2 => References[random.Next(References.Length)] + " ",
                    3 or 4 => Element(Inline[random.Next(Inline.Length)], Phrase(random)),
                    5 => Element(Block[random.Next(Block.Length)], Phrase(random)),
                    6 => "<div>" + Flow(random, depth - 1) + "</div>",
                    _ => Table(random, depth),
                }
            );
        }

        return html.ToString();
    }

    static string Phrase(Random random) =>
        string.Concat(Enumerable.Range(0, random.Next(4)).Select(_ => Words[random.Next(Words.Length)]));

    static string Table(Random random, int depth)
    {
        var rows = Enumerable
            .Range(0, random.Next(1, 3))
            .Select(_ => Element("tr", Element("td width=1", Flow(random, depth - 1)) + Element("th", Phrase(random))));
        return Element("table", string.Concat(rows));
    }

    static string Element(string tag, string content) => $"<{tag}>{content}</{tag.Split(' ')[0]}>";

    static string Broken(Random random)
    {
        string[][] all = [Words, References, Hostile, Hostile, [.. Inline.Concat(Block).Select(tag => $"<{tag}>")]];
        var html = new StringBuilder();
        for (var left = random.Next(1, 12); left > 0; left--)
        {
            var pieces = all[random.Next(all.Length)];
            html.Append(pieces[random.Next(pieces.Length)]);
            if (random.Next(12) == 0)
                html.Append(random.Next(2) == 0 ? "<table><tr>" : "<td>");
        }

        return html.ToString(0, random.Next(8) == 0 ? random.Next(html.Length) : html.Length);
    }
}
