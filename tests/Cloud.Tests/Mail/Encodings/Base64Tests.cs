using System.Text;
using Cloud.Mail;
using Cloud.Mail.Encodings;

namespace Cloud.Tests.Mail.Encodings;

public sealed class Base64Tests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("QUJD", "ABC")]
    [InlineData("QUI=", "AB")]
    [InlineData("QQ==", "A")]
    [InlineData("QUI", "AB")] // no padding
    [InlineData("QQ", "A")]
    [InlineData("QQ=", "A")]
    [InlineData("QUJDR", "ABC")] // six bits left over
    [InlineData("QU\r\nJ\tD \r\n", "ABC")]
    [InlineData("Q!U*J\u00e9D", "ABC")] // junk
    [InlineData("QQ==QUI=QUJD", "AABABC")] // padded blocks joined
    [InlineData("QQ\r\n=\r\n=\r\nQg==", "AB")]
    [InlineData("=QUJD", "ABC")] // padding where none can be
    [InlineData("Q=UJD", "ABC")]
    [InlineData("QUJD====QUJD", "ABCABC")]
    [InlineData("QR==", "A")] // bits that should be zero
    [InlineData("QUJDRA== \r\nQUJDREVGR0g= \r\n", "ABCDABCDEFGH")] // white space around the lines of padded blocks
    [InlineData("QQ==\r\n\tQUJD\t\r\nQUJD \r\n", "AABCABC")]
    [InlineData("QQ==\r\nThis list is for all", "A")] // a footer
    [InlineData("QQ== \r\n-- \r\nQUJD", "A")]
    [InlineData("QQ==\r\nQUJDQ\r\nUJD\r\nList: none", "AABCABC")] // after a block that needs no padding
    public void What_can_be_decoded_is(string encoded, string expected) =>
        Assert.Equal(expected, Coding.Text(new Base64Decoder(), encoded));

    [Fact]
    public void Whole_text_gives_what_the_same_text_gives_in_a_stream()
    {
        var random = new Random(12);
        string[] pieces =
        [
            "QUJD",
            "QQ==",
            "QUI=",
            "Q",
            "=",
            " ",
            "\t",
            "\r\n",
            "\n",
            "-- ",
            "list",
            "!",
            "\u00e9",
            "QR==",
        ];
        for (var run = 0; run < 20_000; run++)
        {
            var text = new StringBuilder();
            for (var count = random.Next(12); count > 0; count--)
                text.Append(pieces[random.Next(pieces.Length)]);
            if (run % 50 == 0)
                text.Append("QQ==\r\n").Append('A', random.Next(120, 140)).Append(" footer");
            var octets = Encoding.Latin1.GetBytes(text.ToString());
            var decoded = new byte[octets.Length];

            var length = Base64Decoder.Decode(octets, decoded);

            Assert.Equal(new Base64Decoder().Convert(octets), decoded[..length]);
        }
    }

    [Theory]
    [InlineData(128, 4)]
    [InlineData(129, 4 + 96)]
    [InlineData(300, 4 + 225)]
    [InlineData(20_000, 4 + 15_000)]
    public void Footer_is_told_from_base64_whatever_the_window(int characters, int expected)
    {
        var encoded = Encoding.ASCII.GetBytes($"QUJDRA==\n{new string('A', characters)} footer");

        Assert.Equal(expected, new Base64Decoder().Convert(encoded).Length);
        Assert.Equal(expected, new Base64Decoder(window: 256).Convert(encoded).Length);
    }

    [Fact]
    public void Lines_have_76_characters_and_none_is_left_open()
    {
        var encoded = Encoding.ASCII.GetString(new Base64Encoder().Convert(new byte[57 * 2 + 1]));

        Assert.Equal([76, 76, 4], encoded.Split("\r\n").Select(line => line.Length));
    }

    [Fact]
    public void Every_body_comes_back_wherever_it_is_cut()
    {
        var random = new Random(6);
        for (var length = 0; length < 400; length++)
        {
            var body = new byte[length < 300 ? length : random.Next(40_000)];
            random.NextBytes(body);
            var encoder = new Base64Encoder();
            var encoded = encoder.Convert(body);

            Assert.Equal(
                System.Convert.ToBase64String(body, Base64FormattingOptions.InsertLineBreaks),
                Encoding.ASCII.GetString(encoded)
            );
            Assert.Equal(body, new Base64Decoder().Convert(encoded));
            if (length % 10 != 0)
                continue;
            Coding.AssertCutsMakeNoDifference(encoder, body, random);
            Coding.AssertCutsMakeNoDifference(new Base64Decoder(), encoded, random);
        }
    }

    [Fact]
    public void Junk_gives_no_more_than_it_holds_wherever_it_is_cut()
    {
        var random = new Random(8);
        for (var run = 0; run < 300; run++)
        {
            var junk = Coding.Junk(random, "ABCDabcd0189+/=====\r\n -", 4_000);

            Coding.AssertCutsMakeNoDifference(new Base64Decoder(), junk, random);
            Assert.Equal(new Base64Decoder().Convert(junk), new Base64Decoder(window: 256).Convert(junk));
            Assert.InRange(new Base64Decoder().Convert(junk).Length, 0, junk.Length * 3 / 4 + 1);
        }
    }

    [Theory]
    [InlineData("base64", typeof(Base64Decoder))]
    [InlineData("BASE64", typeof(Base64Decoder))]
    [InlineData("Quoted-Printable", typeof(QuotedPrintableDecoder))]
    [InlineData("x-uue", typeof(UuDecoder))]
    [InlineData("x-uuencode", typeof(UuDecoder))]
    [InlineData("8bit", typeof(IdentityCoder))]
    [InlineData("x-unheard-of", typeof(IdentityCoder))]
    [InlineData(null, typeof(IdentityCoder))]
    public void Decoder_is_chosen_by_the_encodings_name(string? name, Type expected) =>
        Assert.IsType(expected, TransferCoder.Decoder(Octets.From(name)));

    [Fact]
    public void Identity_changes_nothing() =>
        Assert.Equal("a=\r\n\u00ff", Coding.Text(new IdentityCoder(), "a=\r\n\u00ff"));
}
