using System.IO.Pipelines;
using System.Text;
using Cloud.Mail;
using Cloud.Mail.Compose;
using Cloud.Mail.Headers;

namespace Cloud.Tests.Mail.Compose;

public sealed class MessageComposerTests
{
    static readonly EmailAddress Ann = new("ann", "here.example");
    static readonly EmailAddress Bob = new("bob", "there.example");

    [Fact]
    public void Plain_message_is_written_as_a_person_would_expect_it()
    {
        var message = Composing.Message(new TextPart("Hello,\nhow are you?\n")) with
        {
            Date = Composing.Noon,
            From = [new(Ann, "Ann Other")],
            To = [new(Bob), new(Ann, "Other, Ann")],
            Subject = "Greetings",
            MessageId = "1@here.example",
        };

        Assert.Equal(
            """
            Date: Sun, 1 Mar 2026 12:00:00 +0100
            From: Ann Other <ann@here.example>
            To: bob@there.example, "Other, Ann" <ann@here.example>
            Subject: Greetings
            Message-ID: <1@here.example>
            MIME-Version: 1.0
            Content-Type: text/plain; charset=us-ascii

            Hello,
            how are you?

            """.ReplaceLineEndings("\r\n"),
            Composing.Text(message)
        );
    }

    [Fact]
    public void Text_html_images_and_attachments_stand_in_the_shape_readers_know()
    {
        var picture = new DataPart(OctetSource.Of("png"u8.ToArray()), "image/png") { ContentId = "1@here.example" };
        var file = new DataPart(OctetSource.Of("pdf"u8.ToArray()), "application/pdf") { FileName = "a.pdf" };
        var message = Composing.Message(MessageBody.Of("hi", "<p>hi <img src=cid:1@here.example>", [picture], [file]));

        var bytes = Composing.Bytes(message);

        var body = Messages.Scan(bytes).Body;
        Assert.Equal("mixed(alternative(plain related(html png)) pdf)", Shape(body));
        var png = body.Parts[0].Parts[1].Parts[1];
        Assert.Equal("<1@here.example>", png.Id.ToString());
        Assert.True(png.Disposition!.Type.EqualsIgnoreCase("inline"u8));
        Assert.True(body.Parts[1].Disposition!.Type.EqualsIgnoreCase("attachment"u8));
        Assert.Equal("a.pdf", ParameterText.FileName(body.Parts[1]));
        Assert.Equal("pdf"u8.ToArray(), Composing.Content(body.Parts[1], bytes));
    }

    [Theory]
    [InlineData("x", null, "plain")]
    [InlineData("x", "<p>x", "alternative(plain html)")]
    [InlineData(null, "<p>x", "html")]
    [InlineData(null, null, "plain")]
    public void No_level_is_there_that_nobody_needs(string? text, string? html, string shape) =>
        Assert.Equal(shape, Shape(Messages.Scan(Composing.Bytes(Composing.Message(MessageBody.Of(text, html)))).Body));

    [Theory]
    [InlineData("plain\n", false, "7bit")]
    [InlineData("Grüße aus Köln\n", false, "quoted-printable")]
    [InlineData("Grüße aus Köln\n", true, "8bit")]
    [InlineData("日本語\n", false, "base64")]
    [InlineData("nul \0\n", true, "base64")]
    public void Encoding_is_the_lightest_that_travels_safely(string text, bool eightBit, string expected)
    {
        var message = Composing.Message(new TextPart(text));
        var bytes = Composing.Bytes(message, new ComposeOptions(EightBit: eightBit));

        var body = Messages.Scan(bytes).Body;
        Assert.Equal(expected, body.Encoding.IsNil ? "7bit" : body.Encoding.ToString());
        Assert.Equal(text, Encoding.UTF8.GetString(Composing.Content(body, bytes)).Replace("\r\n", "\n"));
    }

    [Fact]
    public void Text_of_one_endless_line_is_broken_where_it_can_be_put_together_again()
    {
        var text = new string('x', 5_000);
        var bytes = Composing.Bytes(Composing.Message(new TextPart(text)));

        Composing.AssertSound(bytes, ComposeOptions.Default);
        Assert.Equal(text, Encoding.ASCII.GetString(Composing.Content(Messages.Scan(bytes).Body, bytes)).TrimEnd());
    }

    [Theory]
    [InlineData("report.pdf", "attachment; filename=report.pdf", "application/pdf; name=\"report.pdf\"")]
    [InlineData(
        "a \"b\" \\c.pdf",
        "attachment; filename=\"a \\\"b\\\" \\\\c.pdf\"",
        "application/pdf; name=\"a \\\"b\\\" \\\\c.pdf\""
    )]
    [InlineData(
        "Übersicht.pdf",
        "attachment; filename*=utf-8''%C3%9Cbersicht.pdf",
        "application/pdf; name=\"=?utf-8?Q?=C3=9Cbersicht=2Epdf?=\""
    )]
    public void File_names_are_written_for_old_readers_and_new_ones(string name, string disposition, string type)
    {
        var part = new DataPart(OctetSource.Of("x"u8.ToArray()), "application/pdf") { FileName = name };
        var bytes = Composing.Bytes(Composing.Message(part));

        Assert.Equal(disposition, Raw(bytes, "Content-Disposition"));
        Assert.Equal(type, Raw(bytes, "Content-Type"));
        Assert.Equal(name, ParameterText.FileName(Messages.Scan(bytes).Body));
    }

    [Fact]
    public void Long_file_name_is_continued_and_no_piece_splits_a_character()
    {
        var name = string.Concat(Enumerable.Repeat("日本語の報告書", 30)) + ".pdf";
        var part = new DataPart(OctetSource.Of("x"u8.ToArray())) { FileName = name };
        var bytes = Composing.Bytes(Composing.Message(part));

        Assert.Equal(name, ParameterText.FileName(Messages.Scan(bytes).Body));
        Assert.Equal(name, ParameterText.Find(Messages.Scan(bytes).Body.Parameters, "name")!.Value.Text);
        Assert.All(Encoding.ASCII.GetString(bytes).Split("\r\n"), line => Assert.InRange(line.Length, 0, 84));
        foreach (var line in Encoding.ASCII.GetString(bytes).Split("\r\n").Where(line => line.StartsWith(" filename*")))
            Assert.Equal(0, (line.Count('%') - (line.Contains("%2E") ? 1 : 0)) % 3);
    }

    [Fact]
    public void Subject_is_folded_within_78_characters_and_words_within_75()
    {
        var subject = string.Join(' ', Enumerable.Repeat("viele schöne Grüße an alle in Köln", 20));
        var header = Composing.Header(Composing.Message(new TextPart("")) with { Subject = subject });

        Assert.All(header.Split("\r\n"), line => Assert.InRange(line.Length, 1, 78));
        Assert.StartsWith("Subject: viele", header);
        Assert.Equal(subject, Messages.Scan(header + "\r\n\r\n").Subject);
        var japanese = Composing.Header(Composing.Message(new TextPart("")) with { Subject = new string('日', 300) });
        Assert.All(japanese.Split("\r\n"), line => Assert.InRange(line.Length, 1, 76));
    }

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

    [Fact]
    public void Peers_are_told_what_the_message_needs()
    {
        var message = Composing.Message(new TextPart("ü")) with { Subject = "ü" };

        Assert.Equal((false, false), Needs(message, new ComposeOptions()));
        Assert.Equal((true, false), Needs(message, new ComposeOptions(EightBit: true)));
        Assert.Equal((true, true), Needs(message, new ComposeOptions(HeaderForm.Utf8, EightBit: true)));
    }

    [Fact]
    public void Same_message_and_seed_give_the_same_bytes_and_another_seed_other_boundaries()
    {
        var message = Composing.Message(MessageBody.Of("a", "b"));

        Assert.Equal(Composing.Bytes(message), Composing.Bytes(message));
        Assert.NotEqual(Composing.Bytes(message), Composing.Bytes(message with { Seed = new byte[16] }));
    }

    [Fact]
    public void Boundary_that_stands_in_the_content_is_not_taken()
    {
        var first = Composing.Bytes(Composing.Message(MessageBody.Of("a", "b")));
        var boundary = Messages.Scan(first).Body.Parameter("boundary"u8).ToString();
        var forwarded = new MessagePart(OctetSource.Of(first));
        var hostile = $"a\r\n--{boundary}\r\n\r\nx\r\n--{boundary}--\r\n";

        var bytes = Composing.Bytes(Composing.Message(new Multipart("mixed", [new TextPart(hostile), forwarded])));

        var body = Messages.Scan(bytes).Body;
        Assert.Equal("mixed(plain rfc822)", Shape(body));
        Assert.Equal(hostile, Encoding.ASCII.GetString(Composing.Content(body.Parts[0], bytes)));
        Assert.Equal(first, Composing.Content(body.Parts[1], bytes));
    }

    [Theory]
    [InlineData("Subject: x\r\n\r\nhi\r\n", false, "message", "7bit")]
    [InlineData("Subject: x\r\n\r\nh\u00ed\r\n", true, "message", "8bit")]
    [InlineData("Subject: x\r\n\r\nh\u00ed\r\n", false, "application", "base64")]
    [InlineData("Subject: x\n\nhi\n", true, "application", "base64")]
    public void Message_inside_comes_back_byte_by_byte(string inside, bool eightBit, string type, string encoding)
    {
        var original = Encoding.UTF8.GetBytes(inside);
        var message = Composing.Message(new Multipart("mixed", [new MessagePart(OctetSource.Of(original))]));
        var bytes = Composing.Bytes(message, new ComposeOptions(EightBit: eightBit));

        var part = Messages.Scan(bytes).Body.Parts[0];
        Assert.Equal(type, part.Type.ToString());
        Assert.Equal(encoding, part.Encoding.IsNil ? "7bit" : part.Encoding.ToString());
        Assert.Equal(original, Composing.Content(part, bytes));
    }

    [Theory]
    [InlineData("message/rfc822", "Subject: x\r\n\r\nhi\r\n", false, "message/rfc822", "7bit")]
    [InlineData("Message/RFC822", "Subject: x\r\n\r\nh\u00ed\r\n", true, "message/rfc822", "8bit")]
    [InlineData("message/rfc822", "Subject: x\r\n\r\nh\u00ed\r\n", false, "application/octet-stream", "base64")]
    [InlineData("message/rfc822", "Subject: x\n\nhi\n", true, "application/octet-stream", "base64")]
    [InlineData("message/partial", "x\r\n\r\nh\u00ed\r\n", false, "application/octet-stream", "base64")]
    [InlineData("message/external-body", "Content-Type: a/b\r\n\r\n", false, "message/external-body", "7bit")]
    [InlineData("message/global", "Subject: \u00ed\r\n\r\nhi\r\n", true, "message/global", "8bit")]
    [InlineData("message/global", "Subject: \u00ed\r\n\r\nhi\r\n", false, "message/global", "base64")]
    [InlineData("message/global-headers", "Subject: x\r\n", false, "message/global-headers", "7bit")]
    public void Message_given_as_data_is_never_encoded_where_the_standard_forbids_it(
        string type,
        string inside,
        bool eightBit,
        string written,
        string encoding
    )
    {
        var original = Encoding.UTF8.GetBytes(inside);
        foreach (var isText in new[] { false, true })
        {
            var data = new DataPart(OctetSource.Of(original), type) { IsText = isText };
            MimePart[] bodies = [new Multipart("mixed", [data]), data];
            foreach (var body in bodies)
            {
                var bytes = Composing.Bytes(Composing.Message(body), new ComposeOptions(EightBit: eightBit));

                var root = Messages.Scan(bytes).Body;
                var part = root.IsMultipart ? root.Parts[0] : root;
                Assert.Equal(written, $"{part.Type}/{part.Subtype}".ToLowerInvariant());
                var isReadable = isText && written == "message/global" && encoding == "base64";
                Assert.Equal(
                    isReadable ? "quoted-printable" : encoding,
                    part.Encoding.IsNil ? "7bit" : part.Encoding.ToString()
                );
                Assert.Equal(original, Composing.Content(part, bytes));
            }
        }
    }

    [Fact]
    public void Message_without_a_line_end_at_its_end_comes_back_as_the_whole_body_too()
    {
        var original = "Subject: x\r\n\r\nhi"u8.ToArray();
        foreach (var isGlobal in new[] { false, true })
        {
            var part = new MessagePart(OctetSource.Of(original)) { IsGlobal = isGlobal };
            var bytes = Composing.Bytes(Composing.Message(part));

            Assert.Equal(original, Composing.Content(Messages.Scan(bytes).Body, bytes));
        }
    }

    [Theory]
    [InlineData("multipart/mixed")]
    [InlineData("Multipart/Signed")]
    public void Multipart_given_as_data_is_refused(string type)
    {
        var data = new DataPart(OctetSource.Of("--b\r\n\r\nx\r\n--b--\r\n"u8.ToArray()), type) { IsText = true };

        Assert.Throws<ComposeException>(() => Composing.Bytes(Composing.Message(data)));
    }

    [Fact]
    public void Callers_parameters_never_take_the_place_of_the_composers()
    {
        KeyValuePair<string, string>[] own =
        [
            new("Boundary", "theirs"),
            new("CHARSET", "utf-16"),
            new("name", "theirs.exe"),
            new("format", "flowed"),
        ];
        var text = new TextPart("Grüße\n") { Parameters = own, FileName = "ours.txt" };
        var message = Composing.Message(new Multipart("mixed", [text]) { Parameters = own });

        var bytes = Composing.Bytes(message);

        var body = Messages.Scan(bytes).Body;
        var part = Assert.Single(body.Parts);
        Assert.DoesNotContain("theirs\"", Encoding.UTF8.GetString(bytes));
        Assert.DoesNotContain("boundary=theirs", Encoding.UTF8.GetString(bytes), StringComparison.OrdinalIgnoreCase);
        Assert.Equal("utf-8", part.Parameter("charset"u8).ToString());
        Assert.Equal("ours.txt", part.Parameter("name"u8).ToString());
        Assert.Equal("flowed", part.Parameter("format"u8).ToString());
    }

    [Fact]
    public void Data_keeps_the_charset_and_name_that_only_its_caller_knows()
    {
        var data = new DataPart(OctetSource.Of("x\r\n"u8.ToArray()), "text/csv")
        {
            IsText = true,
            Parameters = [new("charset", "iso-8859-1"), new("name", "a.csv")],
        };

        var part = Messages.Scan(Composing.Bytes(Composing.Message(data))).Body;

        Assert.Equal("iso-8859-1", part.Parameter("charset"u8).ToString());
        Assert.Equal("a.csv", part.Parameter("name"u8).ToString());
    }

    [Theory]
    [InlineData("boundary*")]
    [InlineData("charset*0")]
    [InlineData("name*0*")]
    [InlineData("x'y")]
    [InlineData("x%y")]
    public void Parameter_names_that_rfc_2231_gives_a_meaning_are_refused(string name) =>
        Assert.Throws<ComposeException>(() =>
            Composing.Bytes(Composing.Message(new TextPart("") { Parameters = [new(name, "x")] }))
        );

    [Fact]
    public void Multipart_is_8bit_where_a_header_inside_it_is()
    {
        var file = new DataPart(OctetSource.Of("x"u8.ToArray())) { FileName = "Übersicht.pdf" };
        var message = Composing.Message(new Multipart("mixed", [new TextPart("hi"), file]));

        var bytes = Composing.Bytes(message, new ComposeOptions(HeaderForm.Utf8));

        Assert.Equal("8bit", Messages.Scan(bytes).Body.Encoding.ToString());
        Assert.Equal((true, true), Needs(message, new ComposeOptions(HeaderForm.Utf8)));
    }

    [Theory]
    [InlineData("Content-Type")]
    [InlineData("mime-version")]
    [InlineData("X Y")]
    [InlineData("X:")]
    [InlineData("")]
    [InlineData("Ü")]
    [InlineData("X\r\nBcc")]
    public void Field_names_that_are_none_or_the_composers_are_refused(string name) =>
        Assert.Throws<ComposeException>(() =>
            Composing.Bytes(Composing.Message(new TextPart("")) with { Fields = [new RawField(name, "x")] })
        );

    [Theory]
    [InlineData("Subject")]
    [InlineData("message-id")]
    [InlineData("FROM")]
    public void Field_that_may_stand_only_once_is_refused_a_second_time(string name)
    {
        var message = Composing.Message(new TextPart("")) with
        {
            From = [new(Ann)],
            Subject = "x",
            MessageId = "1@here.example",
        };

        Assert.Throws<ComposeException>(() =>
            Composing.Bytes(message with { Fields = [new RawField(name, "<2@here.example>")] })
        );
        Composing.Bytes(message with { Fields = [new RawField("X-Tag", "a"), new RawField("X-Tag", "b")] });
    }

    [Fact]
    public void No_text_can_end_its_field()
    {
        const string Evil = "a\r\nBcc: all@here.example\r\n\r\nbody\0";
        var message = Composing.Message(
            new TextPart("")
            {
                FileName = Evil,
                Description = Evil,
                Parameters = [new("format", Evil)],
            }
        ) with
        {
            Subject = Evil,
            From = [new(Ann, Evil)],
            InReplyTo = [Evil],
            Fields = [new AddressField("X-List", [new AddressGroup(Evil, [new(Bob)])]), new TextField("X-Note", Evil)],
        };

        foreach (var form in Enum.GetValues<HeaderForm>())
        {
            var bytes = Composing.Bytes(message, new ComposeOptions(form));
            var index = Messages.Scan(bytes);
            Assert.Equal(bytes.Length, index.HeaderLength);
            Assert.Empty(index.Envelope.Bcc);
            Assert.Equal("a  Bcc: all@here.example    body ", index.Subject);
        }

        Refused(message with { MessageId = Evil });
        Refused(message with { Fields = [new RawField("X", Evil)] });
        Refused(message with { From = [new(new EmailAddress(Evil, "here.example"))] });
        Refused(message with { From = [new(new EmailAddress("a", Evil))] });
        Refused(message with { Body = new TextPart("", Evil) });
        Refused(message with { Body = new TextPart("") { ContentId = Evil } });
        Refused(message with { Body = new TextPart("") { Location = Evil } });
        Refused(message with { Body = new TextPart("") { Languages = [Evil] } });
        Refused(message with { Body = new TextPart("") { Disposition = Evil } });
        Refused(message with { Body = new TextPart("") { Parameters = [new(Evil, "x")] } });
        Refused(message with { Body = new DataPart(OctetSource.Of("x"u8.ToArray()), Evil) });

        static void Refused(OutgoingMessage message) => Assert.Throws<ComposeException>(() => Composing.Bytes(message));
    }

    [Fact]
    public void Large_attachment_streams_through_little_memory()
    {
        const int Size = 25 * 1024 * 1024;
        var opened = 0;
        var part = new DataPart(OctetSource.Of(_ => Open())) { FileName = "large.bin" };
        var message = Composing.Message(MessageBody.Of("see the file", attachments: [part]));
        var target = PipeWriter.Create(Stream.Null);
        Write();
        var before = GC.GetAllocatedBytesForCurrentThread();

        var composed = Write();

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 256 * 1024);
        Assert.InRange(composed.Size, Size * 4L / 3, Size * 3L / 2);
        Assert.Equal(2, opened); // read once each

        ComposedMessage Write()
        {
            var written = MessageComposer.WriteAsync(message, ComposeOptions.Default, target, CancellationToken.None);
            Assert.True(written.IsCompletedSuccessfully); // all on this thread
            return written.Result;
        }

        ValueTask<Stream> Open()
        {
            opened++;
            return new(new Zeros(Size));
        }
    }

    [Fact]
    public void Replies_to_broken_ids_name_those_that_can_be_named()
    {
        var message = Composing.Message(new TextPart("")) with
        {
            InReplyTo = ["a b@c"],
            References = ["1@x", "<2@x", "3@x"],
        };

        Assert.Contains("References: <1@x> <3@x>\r\n", Composing.Text(message));
        Assert.DoesNotContain("In-Reply-To", Composing.Text(message));
        Assert.DoesNotContain("References", Composing.Text(message with { References = ["", "é@x"] }));
        Assert.Throws<ComposeException>(() =>
            Composing.Text(message with { Fields = [new MessageIdField("Resent-Message-ID", [])] })
        );
    }

    static (bool, bool) Needs(OutgoingMessage message, ComposeOptions options)
    {
        var target = PipeWriter.Create(Stream.Null);
        var composed = MessageComposer
            .WriteAsync(message, options, target, CancellationToken.None)
            .AsTask()
            .GetAwaiter()
            .GetResult();
        return (composed.IsEightBit, composed.HasUtf8Headers);
    }

    static string Shape(BodyPart part) =>
        part.IsMultipart ? $"{part.Subtype}({string.Join(' ', part.Parts.Select(Shape))})" : part.Subtype.ToString();

    static string Raw(ReadOnlySpan<byte> message, string name)
    {
        foreach (var field in new HeaderReader(message))
        {
            if (field.Is(Encoding.ASCII.GetBytes(name)))
                return Encoding.ASCII.GetString(HeaderText.Unfold(field.Value));
        }

        return "";
    }

    sealed class Zeros(long length) : MemoryStream
    {
        long left = length;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancel = default)
        {
            var count = (int)Math.Min(buffer.Length, left);
            buffer.Span[..count].Clear();
            left -= count;
            return new(count);
        }
    }
}
