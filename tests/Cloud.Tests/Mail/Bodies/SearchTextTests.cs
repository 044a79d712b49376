using Cloud.Mail;
using Cloud.Mail.Bodies;

namespace Cloud.Tests.Mail.Bodies;

public sealed class SearchTextTests
{
    [Fact]
    public void Index_alone_knows_preview_names_and_subjects_inside()
    {
        Assert.Equal("plain\n€ rates.pdf\n", Known("alternative-with-attachment"));
        Assert.Equal("See below.\ninside\n", Known("forwarded-message"));
        Assert.Equal("root\nBär.png\n", Known("rich-structure-fields"));
    }

    [Fact]
    public void Every_text_is_searched_those_of_messages_inside_too()
    {
        Assert.Equal(["Straße und Grüße trailing", "Grüße", "as it is"], Texts("parts-in-every-encoding"));
        Assert.Equal(["deep down "], Texts("messages-in-messages"));
        Assert.Contains("still readable", Assert.Single(Texts("missing-boundary")), StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_are_joined_so_that_a_phrase_is_found() =>
        Assert.Equal(" a b c ", SearchText.Collapse("\r\na\r\n  b\u00a0c\t"));

    static string Known(string name) => SearchText.Known(Messages.Scan(Messages.Read(name)));

    static IEnumerable<string> Texts(string name)
    {
        var message = Messages.Read(name);
        return SearchText
            .PartsOf(Messages.Scan(message).Body)
            .Select(part => SearchText.Of(part, message.AsSpan((int)part.BodyStart, (int)part.BodyLength)));
    }
}
