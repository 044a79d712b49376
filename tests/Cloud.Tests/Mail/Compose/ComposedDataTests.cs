using System.IO.Pipelines;
using System.Text;
using Cloud.Mail;
using Cloud.Mail.Compose;
using Cloud.Mail.Headers;

namespace Cloud.Tests.Mail.Compose;

/// <summary>Parts and messages that are given as finished data.</summary>
public sealed class ComposedDataTests
{
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
        Assert.Equal((true, true), Composing.Needs(message, new ComposeOptions(HeaderForm.Utf8)));
    }
}
