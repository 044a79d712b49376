using Cloud.Mail.Encodings;

namespace Cloud.Tests.Mail.Encodings;

public sealed class Utf8AddressTests
{
    [Theory]
    [InlineData(
        "дмитрий@пример.example",
        @"\x{434}\x{43C}\x{438}\x{442}\x{440}\x{438}\x{439}@\x{43F}\x{440}\x{438}\x{43C}\x{435}\x{440}.example"
    )]
    [InlineData("a+b=c\\d e@x", @"a\x{2B}b\x{3D}c\x{5C}d\x{20}e@x")]
    [InlineData("😀@x", @"\x{1F600}@x")]
    public void Utf8_addresses_are_said_in_ascii_and_back(string address, string encoded)
    {
        Assert.Equal(encoded, Utf8Address.Encode(address));
        Assert.Equal(address, Utf8Address.Decode(encoded));
    }

    [Theory]
    [InlineData(@"\x{}")]
    [InlineData(@"\x{zz}")]
    [InlineData(@"\x{D800}")]
    [InlineData(@"\x{110000}")]
    [InlineData(@"\x{41")]
    [InlineData(@"\x")]
    public void What_is_no_escape_stays_as_it_stands(string text) => Assert.Equal(text, Utf8Address.Decode(text));

    [Fact]
    public void Every_text_comes_back_and_is_xtext_besides()
    {
        var random = new Random(6533);
        for (var run = 0; run < 20_000; run++)
        {
            var text = XtextTests.Random(random, lowest: 0);

            var encoded = Utf8Address.Encode(text);

            Assert.Matches("^[!-*,-<>-~]*$", encoded);
            Assert.Equal(text, Utf8Address.Decode(encoded));
            Assert.Equal(encoded, Xtext.Encode(encoded));
        }
    }
}
