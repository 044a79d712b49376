using Cloud.Mail.Text;

namespace Cloud.Tests.Mail.Text;

public sealed class HtmlTextTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("plain", "plain")]
    [InlineData("<p>one</p><p>two</p>", "one\ntwo")]
    [InlineData("a <b>b</b>c\r\n  d", "a bc d")]
    [InlineData("one<br>two<BR/>three", "one\ntwo\nthree")]
    [InlineData("<html><head><title>t</title><style>p{}</style></head><body>x</body></html>", "x")]
    [InlineData("a<script>if (a<b) '</p>'</script>b", "ab")]
    [InlineData("a<SCRIPT>x</Script >b", "ab")]
    [InlineData("a<!-- <p> -- > -->b<!doctype x><?xml ?>c", "abc")]
    [InlineData("a<!-->b", "ab")]
    [InlineData("<a href=\"x>y\" title='>'>b</a>", "b")]
    [InlineData("<a title=it's>b</a>", "b")] // a quote inside an unquoted value
    [InlineData("&lt;p&gt; &amp; &uuml;&#252;&#xFC;&nbsp;x &unknown; &", "<p> & üüü x &unknown; &")]
    [InlineData("1 < 2 <3 > 2", "1 < 2 <3 > 2")]
    [InlineData("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc")]
    [InlineData("<ul><li>a<li>b</ul>", "a\nb")]
    [InlineData("x<!-- open", "x")]
    [InlineData("x<script>open", "x")]
    [InlineData("x<a href=", "x")]
    [InlineData("x<", "x<")]
    public void What_a_reader_sees_is_left(string html, string expected) => Assert.Equal(expected, HtmlText.Of(html));

    [Theory]
    [InlineData("It&#146;s &#8364;5 &apos;x&apos; &#x1F600;", "It’s €5 'x' \U0001F600")] // 146 is of windows-1252, as browsers read it
    [InlineData("a&zwnj;b &thetasym; &rarr;", "a\u200cb ϑ →")]
    [InlineData("&#0; &#xD800; &#x110000; &#-1; &# 5; &; &#; &#x;", "\ufffd \ufffd \ufffd &#-1; &# 5; &; &#; &#x;")]
    [InlineData("&lt;b&gt;&amp;amp;", "<b>&amp;")] // once only
    [InlineData("a&nbsp;&nbsp;&#32;b", "a b")]
    public void References_are_characters(string html, string expected) => Assert.Equal(expected, HtmlText.Of(html));

    [Fact]
    public void Every_name_of_HTML_4_is_known()
    {
        string[] some = ["nbsp", "yuml", "quot", "Alpha", "omega", "euro", "hellip", "rceil", "diams", "Yuml", "sup1"];
        foreach (var name in some.Where(name => name != "nbsp"))
            Assert.Equal(System.Net.WebUtility.HtmlDecode($"&{name};"), HtmlText.Of($"&{name};"));
    }

    [Fact]
    public void Text_is_cut_at_its_limit_and_never_inside_a_character()
    {
        Assert.Equal("ab", HtmlText.Of("<p>abc", max: 2));
        Assert.Equal("a", HtmlText.Of("a\U0001F600", max: 2));
    }

    [Theory]
    [InlineData("<")]
    [InlineData("<a")]
    [InlineData("<a ")]
    [InlineData("<a b=\"")]
    [InlineData("<a '")]
    [InlineData("<!--")]
    [InlineData("</")]
    [InlineData("<script></")]
    [InlineData("<div>")]
    [InlineData("&")]
    [InlineData("&#")]
    [InlineData("=\"'>")]
    public void Long_junk_takes_no_longer_than_its_length_allows(string unit) =>
        Assert.NotNull(HtmlText.Of(string.Concat(Enumerable.Repeat(unit, 300_000)))); // quadratic would be minutes

    [Fact]
    public void Nothing_breaks_it()
    {
        string[] tokens =
        [
            "<",
            ">",
            "</",
            "<!--",
            "-->",
            "p",
            "script",
            " ",
            "\"",
            "'",
            "=",
            "&",
            "amp;",
            "#x",
            ";",
            "x",
            "\ud83d",
            "\n",
        ];
        var random = new Random(5);
        for (var run = 0; run < 20_000; run++)
        {
            var html = string.Concat(random.GetItems(tokens, random.Next(30)));

            Assert.InRange(HtmlText.Of(html).Length, 0, html.Length);
        }
    }
}
