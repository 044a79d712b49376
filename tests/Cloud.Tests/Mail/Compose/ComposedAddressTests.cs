using System.IO.Pipelines;
using System.Text;
using Cloud.Mail;
using Cloud.Mail.Compose;
using Cloud.Mail.Headers;

namespace Cloud.Tests.Mail.Compose;

/// <summary>Who a message is from and to, and ids, where they cannot be written as they are.</summary>
public sealed class ComposedAddressTests
{
    static readonly EmailAddress Ann = new("ann", "here.example");
    static readonly EmailAddress Bob = new("bob", "there.example");

    [Fact]
    public void Addresses_beyond_ascii_are_raw_with_smtputf8_and_refused_or_shown_without()
    {
        var message = Composing.Message(new TextPart("")) with
        {
            From = [new(new EmailAddress("дмитрий", "пример.example"), "Дмитрий")],
            To = [new(new EmailAddress("ann", "bücher.example"))],
        };

        var raw = Composing.Text(message, new ComposeOptions(HeaderForm.Utf8));
        Assert.Contains("From: Дмитрий <дмитрий@пример.example>\r\n", raw);
        Assert.Contains("To: ann@bücher.example\r\n", raw);
        Assert.Throws<ComposeException>(() => Composing.Text(message));

        var downgraded = Composing.Text(message, new ComposeOptions(HeaderForm.Downgraded));
        Assert.Contains("To: ann@xn--bcher-kva.example\r\n", downgraded);
        var group = Messages.Scan(downgraded).Envelope.From[0];
        Assert.True(group.IsGroupStart);
        Assert.Equal("Дмитрий дмитрий@пример.example", EncodedWords.Decode(group.Mailbox.Span));
    }

    [Theory]
    [InlineData(null, "дмитрий@x.example")]
    [InlineData("Dmitri", "Dmitri дмитрий@x.example")]
    [InlineData("D., the one", "D., the one дмитрий@x.example")]
    public void Address_that_cannot_be_written_is_named_before_an_empty_group(string? name, string shown)
    {
        var message = Composing.Message(new TextPart("")) with
        {
            To = [new(new EmailAddress("дмитрий", "x.example"), name), new(Bob)],
        };

        var to = Messages.Scan(Composing.Bytes(message, new ComposeOptions(HeaderForm.Downgraded))).Envelope.To;

        Assert.Equal([true, false, false], to.Select(address => address.IsGroupStart));
        Assert.True(to[1].IsGroupEnd);
        Assert.Equal(shown, EncodedWords.Decode(to[0].Mailbox.Span));
        Assert.Equal("bob", to[2].Mailbox.ToString());
    }

    [Fact]
    public void Downgraded_addresses_are_sound_whatever_their_names()
    {
        string?[] names =
        [
            null,
            "",
            " \0 ",
            "plain",
            "Other, Ann",
            "(c) \"q\" \\",
            "=?utf-8?q?x?=",
            "Ünï 日本",
            "e\u0301\ud800",
            new('x', 700),
            string.Concat(Enumerable.Repeat("ü b ", 200)),
        ];
        string[] locals = ["ann", "a b", "дмитрий", "ü\"\\ x", new('日', 70)];
        string[] domains = ["here.example", "bücher.example", "bü_ro", "[192.0.2.1]"];
        var options = new ComposeOptions(HeaderForm.Downgraded);
        foreach (var name in names)
        {
            var all = locals.SelectMany(l => domains.Select(d => new NamedAddress(new EmailAddress(l, d), name)));
            foreach (var group in new[] { null, "Team", "Tëam" })
            {
                var field = new AddressField("To", [.. all.Select(one => new AddressGroup(group, [one]))]);
                var message = Composing.Message(new TextPart("")) with { Fields = [field] };

                var bytes = Composing.Bytes(message, options);

                Composing.AssertSound(bytes, options);
                var to = Envelope.Parse(bytes).To;
                var lost = all.Count(one => !Ascii.IsValid(one.Address.Local) || one.Address.Domain == "bü_ro");
                Assert.Equal(20 - lost, to.Count(address => address.IsMailbox));
                Assert.Equal(group is null ? lost : 20, to.Count(address => address.IsGroupStart));
            }
        }
    }

    [Fact]
    public void Group_with_a_member_that_cannot_be_written_is_shown_whole()
    {
        AddressGroup[] groups =
        [
            new("Team", [new(Ann, "Ann"), new(new EmailAddress("дмитрий", "x.example"), "Dmitri")]),
        ];
        var message = Composing.Message(new TextPart("")) with { Fields = [new AddressField("To", groups)] };

        var to = Messages.Scan(Composing.Bytes(message, new ComposeOptions(HeaderForm.Downgraded))).Envelope.To;

        Assert.Equal(2, to.Count);
        Assert.Equal(
            "Team Ann <ann@here.example>, Dmitri <дмитрий@x.example>",
            EncodedWords.Decode(to[0].Mailbox.Span)
        );
    }

    [Fact]
    public void Domain_without_an_ascii_form_is_refused_or_shown_and_never_raw()
    {
        var message = Composing.Message(new TextPart("")) with { To = [new(new EmailAddress("a", "bü_ro"))] };

        Assert.Throws<ComposeException>(() => Composing.Text(message));
        Assert.Contains("To: a@bü_ro\r\n", Composing.Text(message, new ComposeOptions(HeaderForm.Utf8)));
        var downgraded = Composing.Bytes(message, new ComposeOptions(HeaderForm.Downgraded));
        Composing.AssertSound(downgraded, new ComposeOptions(HeaderForm.Downgraded));
        var group = Messages.Scan(downgraded).Envelope.To[0];
        Assert.True(group.IsGroupStart);
        Assert.Equal("a@bü_ro", EncodedWords.Decode(group.Mailbox.Span));
        Assert.Throws<ComposeException>(() => OutgoingMessage.NewMessageId(new byte[16], "bü_ro"));
    }

    [Fact]
    public void Ids_beyond_ascii_are_downgraded_to_a_field_of_their_own()
    {
        var message = Composing.Message(new TextPart("")) with
        {
            MessageId = "é@here.example",
            References = ["1@here.example", "é@here.example"],
        };

        Assert.Throws<ComposeException>(() => Composing.Text(message));
        var bytes = Composing.Bytes(message, new ComposeOptions(HeaderForm.Downgraded));
        Composing.AssertSound(bytes, new ComposeOptions(HeaderForm.Downgraded));
        Assert.Equal("<é@here.example>", Composing.FieldText(bytes, "Downgraded-Message-ID"));
        Assert.Equal("<1@here.example> <é@here.example>", Composing.FieldText(bytes, "Downgraded-References"));
        Assert.Equal("<1@here.example>", Composing.FieldText(bytes, "References"));
        Assert.DoesNotContain("\r\nMessage-ID:", Encoding.ASCII.GetString(bytes));
    }

    [Fact]
    public void Groups_keep_their_members_together()
    {
        AddressGroup[] groups =
        [
            new("Team, all", [new(Ann, "Ann"), new(Bob)]),
            new(null, [new(Ann)]),
            new("Nobody", []),
        ];
        var message = Composing.Message(new TextPart("")) with { Fields = [new AddressField("To", groups)] };

        Assert.Contains(
            "To: \"Team, all\": Ann <ann@here.example>, bob@there.example;, ann@here.example,|Nobody:;|",
            Composing.Text(message).Replace("\r\n ", "|").Replace("\r\n", "|")
        );
        Assert.Equal(
            "Team, all|ann|bob||ann|Nobody|",
            string.Join('|', Messages.Scan(Composing.Bytes(message)).Envelope.To.Select(address => address.Mailbox))
        );
        Assert.Throws<ComposeException>(() =>
            Composing.Bytes(message with { Fields = [new AddressField("To", [new AddressGroup(null, [])])] })
        );
    }
}
