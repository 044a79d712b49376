using System.Text;
using Cloud.Mail;
using Cloud.Mail.Encodings;

namespace Cloud.Tests.Mail;

/// <summary>The size of a body is the one its decoder makes of it.</summary>
public sealed class DecodedLengthTests
{
    static readonly string[] Pieces =
    [
        "AAAA",
        "A",
        "AB",
        "ABC",
        "=",
        "==",
        "\r\n",
        "\n",
        "\r",
        " ",
        "!",
        "=3D",
        "=\r\n",
        "= \r\n",
        "=4",
        "--",
        "--b",
        "-",
        "\r\n--c\r\n",
        "begin 644 x\r\n",
        "#0V%T\r\n",
        $"QUJDRA==\n{new string('A', 300)} footer",
        "`\r\nend\r\n",
        "JVBERi0xLjQKJcfsj6IKNSAwIG9iago8PC9MZW5ndGggNiAwIFIvRmlsdGVyIC9GbGF0ZURlY29k\r\n",
    ];

    [Fact]
    public void What_stands_before_the_first_part_is_counted_in_none()
    {
        var message = Messages.Scan(
            "Content-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nx=4\r\n--b\r\n"
                + "Content-Transfer-Encoding: quoted-printable\r\n\r\n1=3D\r\n--b--\r\n"
        );

        Assert.Equal(2, message.Body.Parts[0].DecodedLength);
    }

    [Theory]
    [InlineData("base64")]
    [InlineData("Quoted-Printable")]
    [InlineData("x-uuencode")]
    [InlineData("8bit")]
    [InlineData("unheard-of")]
    public void It_is_exact_for_any_body_however_it_is_cut(string encoding)
    {
        var random = new Random(20261122);
        for (var round = 0; round < 2_000; round++)
        {
            var body = string.Concat(random.GetItems(Pieces, random.Next(30)));
            var message = Encoding.Latin1.GetBytes(
                $"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n{body}\r\n--b--\r\n"
            );
            foreach (var chunk in new[] { int.MaxValue, 1, random.Next(2, 30) })
            {
                foreach (var part in Messages.Scan(message, chunk).Body.Parts)
                    Assert.Equal(Decoded(message, part), part.DecodedLength);
            }
        }
    }

    [Theory]
    [MemberData(nameof(GoldenMessageTests.Names), MemberType = typeof(GoldenMessageTests))]
    public void It_is_exact_for_every_leaf(string name)
    {
        var message = Messages.Read(name);

        Check(Messages.Scan(message).Body);

        void Check(BodyPart part)
        {
            if (part.Message is { } inside)
                Check(inside.Body);
            else if (!part.IsMultipart)
                Assert.Equal(Decoded(message, part), part.DecodedLength);
            foreach (var child in part.Parts)
                Check(child);
        }
    }

    static long Decoded(byte[] message, BodyPart part) =>
        TransferCoder.Decoder(part.Encoding).Convert(message.AsSpan((int)part.BodyStart, (int)part.BodyLength)).Length;
}
