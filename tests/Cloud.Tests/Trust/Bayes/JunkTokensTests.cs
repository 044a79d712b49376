using System.Text;
using Cloud.Tests.Trust.Content;
using Cloud.Trust.Bayes;

namespace Cloud.Tests.Trust.Bayes;

public sealed class JunkTokensTests
{
    [Fact]
    public void Words_tell_where_they_were_seen()
    {
        var tokens = Of(
            "From: =?utf-8?q?Win_Now?= <Deals@Mail.Shop.example>\nSubject: Your BONUS\n\n"
                + "Don't wait: http://click.shop.example/x 12345 go $$$100 Ünïcödé\n"
        );
        Assert.Equal(
            [
                "subject:your",
                "subject:bonus",
                "from:deals@mail.shop.example",
                "from:@mail.shop.example",
                "from:@shop.example",
                "from:win",
                "from:now",
                "link:click.shop.example",
                "link:shop.example",
                "don't",
                "wait",
                "http",
                "click.shop.example",
                "$$$100",
                "ünïcödé",
            ],
            tokens
        );
    }

    [Fact]
    public void Html_is_read_as_its_reader_sees_it()
    {
        var tokens = Of(Judged.Html("<p title='hidden'>Caf&eacute; ope<b>ning</b></p><script>code</script>"));
        Assert.Contains("café", tokens);
        Assert.Contains("opening", tokens);
        Assert.DoesNotContain(tokens, token => token is "hidden" or "code" or "title");
    }

    [Fact]
    public void Scripts_without_spaces_give_pairs() =>
        Assert.Contains("会議", Of("Content-Type: text/plain; charset=utf-8\n\n来週の会議\n"));

    [Fact]
    public void No_more_than_a_thousand_are_taken_each_once()
    {
        var words = string.Join(' ', Enumerable.Range(0, 3000).Select(i => $"word{i} word{i}"));
        var tokens = Of($"Subject: x\n\n{words}\n");
        Assert.Equal(JunkTokens.Max, tokens.Count);
        Assert.Equal(tokens.Count, tokens.Distinct().Count());
    }

    [Fact]
    public void Long_words_are_told_by_their_length() =>
        Assert.Contains("long:q40", Of($"Subject: x\n\n{new string('Q', 45)}\n"));

    static IReadOnlyList<string> Of(string message) =>
        JunkTokens.Of(Judged.Sample(Encoding.UTF8.GetBytes(message.ReplaceLineEndings("\r\n"))));
}
