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
    public void What_can_be_decoded_is(string encoded, string expected) =>
        Assert.Equal(expected, Coding.Text(new Base64Decoder(), encoded));

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
