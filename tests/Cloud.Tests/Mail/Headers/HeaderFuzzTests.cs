using System.Text;
using Cloud.Mail;
using Cloud.Mail.Headers;

namespace Cloud.Tests.Mail.Headers;

/// <summary>Octets at random, more of those that mean something: nothing throws, nothing grows past its bounds.</summary>
public sealed class HeaderFuzzTests
{
    [Theory]
    [InlineData("=?utf-8?B?q?Q?= \t=\u00c3\u00bcAz09/+", 1)]
    [InlineData("=?iso-2022-jp?B?GyRC?= =?utf-7?q?+AP-?=", 2)]
    public void Encoded_words(string alphabet, int seed)
    {
        var random = new Random(seed);
        for (var run = 0; run < 20_000; run++)
        {
            var value = Junk(random, alphabet, 200);

            Assert.InRange(EncodedWords.Decode(value).Length, 0, 2 * value.Length);
            Assert.NotNull(HeaderText.Decode(value));
        }
    }

    [Fact]
    public void Dates()
    {
        string[] tokens =
        [
            "Mon",
            ",",
            " ",
            "1",
            "0001",
            "9999",
            "31",
            "Dec",
            "Jan",
            "+1400",
            "-1400",
            "+9999",
            "23:59:60",
            "12:",
            ":",
            "00:00",
            "-",
            "/",
            "T",
            "Z",
            "EST",
            "PM",
            "GMT+1",
            "(",
            ")",
            "\\",
            "2024-02-29",
            ".",
            "99",
            "\u00ff",
        ];
        var random = new Random(3);
        for (var run = 0; run < 50_000; run++)
        {
            var text = string.Join(random.Next(3) == 0 ? "" : " ", random.GetItems(tokens, random.Next(12)));

            if (MailDate.Parse(Encoding.Latin1.GetBytes(text)) is { } date)
                Assert.InRange(date.UtcDateTime.Year, 1, 9999);
        }
    }

    [Fact]
    public void Parameters_and_message_ids()
    {
        var random = new Random(4);
        for (var run = 0; run < 20_000; run++)
        {
            var value = Junk(random, "n*=;*0*1'%41\"\\utf-8 ()=?q?<>@,", 200);
            var (_, _, parameters) = ContentValue.Media(new Octets(value));

            Assert.All(parameters, parameter => Assert.NotNull(ParameterText.Decode(parameter).Text));
            Assert.InRange(MessageIds.Parse(new Octets(value), 10).Length, 0, 10);
        }
    }

    static byte[] Junk(Random random, string alphabet, int maxLength)
    {
        var octets = new byte[random.Next(maxLength)];
        for (var i = 0; i < octets.Length; i++)
            octets[i] = random.Next(20) == 0 ? (byte)random.Next(256) : (byte)alphabet[random.Next(alphabet.Length)];
        return octets;
    }
}
