using System.Text;
using Cloud.Mail.Encodings;

namespace Cloud.Tests.Mail.Encodings;

public sealed class UuTests
{
    [Theory]
    [InlineData("begin 644 cat.txt\r\n#0V%T\r\n`\r\nend\r\n", "Cat")]
    [InlineData("begin 644 cat.txt\n#0V%T\n`\nend\n", "Cat")]
    [InlineData("text before\r\nbegin 644 a\r\n#0V%T\r\n#0V%T\r\n`\r\nend\r\ntext after\r\n#0V%T\r\n", "CatCat")]
    [InlineData("begin 644 a\r\n#0V%T", "Cat")] // cut off
    [InlineData("#0V%T\r\n#0V%T\r\nend\r\n", "CatCat")] // first line lost
    [InlineData("begin 644 a\r\n!00\r\nend", "A")] // short last group
    [InlineData("begin 644 a\r\n!00``\r\nend", "A")]
    [InlineData("begin 644 a\r\n\"04(\r\nend", "AB")] // lost its last space
    [InlineData("begin 644 a\r\n\r\n#0V%T\r\n\r\nend", "Cat")]
    [InlineData("begin 644 a\r\nend\r\n#0V%T", "")]
    [InlineData("begin the day\r\nHello\r\n", "")]
    [InlineData("", "")]
    public void Files_are_decoded(string encoded, string expected) =>
        Assert.Equal(expected, Coding.Text(new UuDecoder(), encoded));

    [Fact]
    public void Every_body_comes_back_wherever_it_is_cut()
    {
        var random = new Random(6);
        for (var length = 0; length < 200; length++)
        {
            var body = new byte[length];
            random.NextBytes(body);
            var encoded = Encoding.ASCII.GetBytes(Encode(body));

            Assert.Equal(body, new UuDecoder().Convert(encoded));
            Coding.AssertCutsMakeNoDifference(new UuDecoder(), encoded, random);
        }
    }

    [Fact]
    public void Junk_gives_no_more_than_it_holds_wherever_it_is_cut()
    {
        var random = new Random(8);
        for (var run = 0; run < 300; run++)
        {
            byte[] junk = [.. "begin 600 x\n"u8, .. Coding.Junk(random, "!\"#M0V%T` \r\n\n", 2_000)];

            Coding.AssertCutsMakeNoDifference(new UuDecoder(), junk, random);
        }
    }

    static string Encode(byte[] body)
    {
        var text = new StringBuilder("begin 644 body\r\n");
        foreach (var line in body.Chunk(45).Append([]))
        {
            text.Append(Character(line.Length));
            foreach (var group in line.Chunk(3))
            {
                var bits = group[0] << 16 | group.ElementAtOrDefault(1) << 8 | group.ElementAtOrDefault(2);
                for (var shift = 18; shift >= 0; shift -= 6)
                    text.Append(Character(bits >> shift & 0x3F));
            }

            text.Append("\r\n");
        }

        return text.Append("end\r\n").ToString();
    }

    static char Character(int bits) => bits == 0 ? '`' : (char)(bits + ' ');
}
