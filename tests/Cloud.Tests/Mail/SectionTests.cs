using System.Text;
using Cloud.Mail;

namespace Cloud.Tests.Mail;

/// <summary>IMAP section numbers to ranges of the message, RFC 9051 §6.4.5.1.</summary>
public sealed class SectionTests
{
    [Theory]
    [InlineData("alternative-with-attachment", "1.1", "plain")]
    [InlineData("alternative-with-attachment", "1.2", "<p>html</p>\r\n")]
    [InlineData("alternative-with-attachment", "2", "JVBERi0xLjQ=")]
    [InlineData("forwarded-message", "2.1", "deep")]
    [InlineData("forwarded-message", "3", "RnJvbTogeEB5DQoNCmhp")]
    [InlineData("digest", "1.1", "one")]
    [InlineData("mbox-line", "1", "x\r\n")]
    [InlineData("zero-parts", "1", "nothing\r\n--z--\r\nafter\r\n")] // shown rather than lost
    [InlineData("messages-in-messages", "1.1.1", "deep down\r\n")]
    public void Section_is_a_range_of_the_message(string name, string section, string body)
    {
        var message = Messages.Read(name);

        var part = Messages.Scan(message).Part(Path(section))!;

        Assert.Equal(body, Text(message, part.BodyStart, part.BodyLength));
    }

    [Theory]
    [InlineData("alternative-with-attachment", "3")]
    [InlineData("alternative-with-attachment", "0")]
    [InlineData("alternative-with-attachment", "2.1")]
    [InlineData("mbox-line", "2")]
    [InlineData("mbox-line", "1.1")]
    [InlineData("forwarded-message", "3.1")]
    [InlineData("zero-parts", "2")]
    [InlineData("zero-parts", "1.1")]
    public void Section_that_is_not_there_is_null(string name, string section) =>
        Assert.Null(Messages.Scan(Messages.Read(name)).Part(Path(section)));

    [Fact]
    public void Header_and_text_of_a_forwarded_message_are_ranges_too()
    {
        var message = Messages.Read("forwarded-message");

        var part = Messages.Scan(message).Part([2])!;

        Assert.Equal("Content-Type: message/rfc822\r\n\r\n", Text(message, part.HeaderStart, part.HeaderLength));
        var inner = part.Message!.Body;
        Assert.StartsWith(
            "From: \"Inner",
            Text(message, inner.HeaderStart, inner.HeaderLength),
            StringComparison.Ordinal
        );
        Assert.Equal("--g\r\n\r\ndeep\r\n--g--", Text(message, inner.BodyStart, inner.BodyLength));
    }

    [Theory]
    [InlineData("Content-Type: text/plain\r\n\r\nx", false)]
    [InlineData("Content-Type: text/plain\r\nContent-Disposition: attachment\r\n\r\nx", true)]
    [InlineData("Content-Type: text/csv; name=a.csv\r\n\r\nx", true)]
    [InlineData("Content-Type: image/png\r\n\r\nx", true)]
    [InlineData(
        "Content-Type: multipart/related; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b\r\nContent-Type: image/png; name=a\r\nContent-ID: <a>\r\n\r\n",
        false
    )]
    [InlineData(
        "Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b\r\nContent-Type: application/pgp-signature\r\n\r\n",
        false
    )]
    [InlineData(
        "Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b\r\nContent-Type: application/pkcs7-signature; name=smime.p7s\r\nContent-Disposition: attachment; filename=smime.p7s\r\n\r\n",
        false
    )]
    [InlineData(
        "Content-Type: multipart/encrypted; boundary=b\r\n\r\n--b\r\nContent-Type: application/pgp-encrypted\r\n\r\nx\r\n--b\r\nContent-Type: application/octet-stream; name=encrypted.asc\r\n\r\n",
        false
    )]
    public void Attachment_is_what_a_reader_would_save(string message, bool has) =>
        Assert.Equal(has, Messages.Scan(message).HasAttachment);

    static int[] Path(string section) => [.. section.Split('.').Select(int.Parse)];

    static string Text(byte[] message, long start, long length) =>
        Encoding.Latin1.GetString(message, (int)start, (int)length);
}
