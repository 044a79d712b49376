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
    public void Peers_are_told_what_the_message_needs()
    {
        var message = Composing.Message(new TextPart("ü")) with { Subject = "ü" };

        Assert.Equal((false, false), Composing.Needs(message, new ComposeOptions()));
        Assert.Equal((true, false), Composing.Needs(message, new ComposeOptions(EightBit: true)));
        Assert.Equal((true, true), Composing.Needs(message, new ComposeOptions(HeaderForm.Utf8, EightBit: true)));
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
