using Cloud.Mail;
using Cloud.Mail.Bodies;
using Cloud.Mail.Headers;

namespace Cloud.Tests.Mail.Bodies;

/// <summary>Trees are written as <c>mixed(plain:A related(html:B image:C))</c>; <c>!</c> marks attachments, <c>=</c> names.</summary>
public sealed class BodySelectionTests
{
    [Fact]
    public void Example_of_the_standard_is_taken_apart_as_it_says() => // RFC 8621 §4.1.4
        AssertSelected(
            "mixed(plain:A mixed(alternative(mixed(plain:B image:C plain:D) related(html:E image:F)) image:G! excel:H rfc822:J) plain:K)",
            text: "ABCDK",
            html: "AEK",
            attachments: "CFGHJ"
        );

    [Theory]
    [InlineData("plain:A", "A", "A", "")]
    [InlineData("html:A", "A", "A", "")]
    [InlineData("excel:A", "", "", "A")]
    [InlineData("image:A", "A", "A", "")]
    [InlineData("plain:A!", "", "", "A")]
    [InlineData("alternative(plain:A html:B)", "A", "B", "")]
    [InlineData("alternative(html:A)", "A", "A", "")]
    [InlineData("alternative(plain:A)", "A", "A", "")]
    [InlineData("alternative(plain:A calendar:B html:C)", "A", "C", "B")]
    [InlineData("alternative(plain:A image:B)", "A", "A", "B")]
    [InlineData("related(html:A image:B image:C)", "A", "A", "BC")]
    [InlineData("alternative(plain:A related(html:B image:C))", "A", "B", "C")]
    [InlineData("mixed(plain:A plain:B)", "AB", "AB", "")]
    [InlineData("mixed(plain:A= plain:B=)", "A", "A", "B")] // the first one is the message, whatever its name
    [InlineData("mixed(html:A image:B)", "AB", "AB", "")]
    [InlineData("mixed(alternative(plain:A html:B) excel:C plain:D)", "AD", "BD", "C")]
    [InlineData("alternative(plain:A mixed(html:B excel:C html:D))", "A", "BD", "C")]
    [InlineData("signed(plain:A pgp-signature:B)", "A", "A", "B")]
    [InlineData("encrypted(pgp-encrypted:A excel:B)", "", "", "AB")]
    [InlineData("report(plain:A delivery-status:B rfc822:C)", "A", "A", "BC")]
    public void Parts_are_shown_or_offered(string tree, string text, string html, string attachments) =>
        AssertSelected(tree, text, html, attachments);

    [Fact]
    public void Multipart_without_parts_is_shown_as_text()
    {
        var message = Messages.Read("missing-boundary");
        var index = Messages.Scan(message);

        var shown = Assert.Single(BodySelection.Of(index.Body).Text);

        Assert.True(shown.Is("text"u8, "plain"u8));
        Assert.Contains(
            "still readable",
            PartText.Of(shown, message.AsSpan((int)shown.BodyStart, (int)shown.BodyLength)),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Pictures_the_html_may_show_are_told_by_their_id()
    {
        var selection = BodySelection.Of(Messages.Scan(Messages.Read("rich-structure-fields")).Body);

        Assert.Equal("<img@here.example>", Assert.Single(selection.Inline).Id.ToString());
    }

    [Fact]
    public void Every_leaf_of_any_message_is_in_one_of_the_lists()
    {
        foreach (var name in Messages.Names)
        {
            var body = Messages.Scan(Messages.Read(name)).Body;
            var selection = BodySelection.Of(body);

            var chosen = selection.Text.Concat(selection.Html).Concat(selection.Attachments).ToHashSet();

            Assert.All(Leaves(body), leaf => Assert.Contains(leaf, chosen));
        }
    }

    static void AssertSelected(string tree, string text, string html, string attachments)
    {
        var at = 0;
        var selection = BodySelection.Of(Parse(tree, ref at));

        Assert.Equal(text, Letters(selection.Text));
        Assert.Equal(html, Letters(selection.Html));
        Assert.Equal(attachments, Letters(selection.Attachments));
    }

    static string Letters(IEnumerable<BodyPart> parts) => string.Concat(parts.Select(part => part.Description));

    static IEnumerable<BodyPart> Leaves(BodyPart part) => part.IsMultipart ? part.Parts.SelectMany(Leaves) : [part];

    static BodyPart Parse(string tree, ref int at)
    {
        var start = at;
        at = tree.AsSpan(at).IndexOfAny('(', ':') + at;
        var name = tree[start..at];
        if (tree[at++] == '(')
        {
            var parts = new List<BodyPart>();
            while (tree[at] != ')')
            {
                parts.Add(Parse(tree, ref at));
                if (tree[at] == ' ')
                    at++;
            }

            at++;
            return new BodyPart
            {
                Type = Octets.From("multipart"),
                Subtype = Octets.From(name),
                Parts = parts,
            };
        }

        var letter = tree[at++..at];
        var mark = at < tree.Length ? tree[at] : ' ';
        if (mark is '!' or '=')
            at++;
        var type = name switch
        {
            "plain" or "html" or "calendar" => "text",
            "image" => "image",
            "rfc822" or "delivery-status" => "message",
            _ => "application",
        };
        return new BodyPart
        {
            Type = Octets.From(type),
            Subtype = Octets.From(name == "image" ? "jpeg" : name),
            Description = Octets.From(letter),
            Disposition = mark == '!' ? new Disposition(Octets.From("attachment"), []) : null,
            Parameters = mark == '=' ? [new Parameter(Octets.From("name"), Octets.From("a.txt"))] : [],
        };
    }
}
