using System.Text;
using Cloud.Listener.Smtp;

namespace Cloud.Tests.Listener.Smtp;

public sealed class SmtpReaderTests
{
    static readonly string[] Seeds =
    [
        "EHLO client.example.org",
        "MAIL FROM:<@a.example,@b.example:ada@example.org> SIZE=100 BODY=8BITMIME RET=FULL ENVID=a+2Bb AUTH=<>",
        "RCPT TO:<\"quoted \\\" @ > local\"@example.test> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;a+2Bb@example.com",
        "RCPT TO:<grün@bücher.example>",
        "RCPT TO:<ada@[IPv6:::1]>",
        "BDAT 100 LAST",
        "AUTH PLAIN AGEAYg==",
        "VRFY a",
    ];

    [Theory]
    [InlineData("<ada@example.org>", "ada@example.org")]
    [InlineData("<@relay.example:ada@example.org>", "ada@example.org")]
    [InlineData("<\"a b\"@example.org>", "\"a b\"@example.org")]
    [InlineData("<\"a>b\"@example.org> SIZE=1", "\"a>b\"@example.org")]
    [InlineData("<ada@[127.0.0.1]>", "ada@[127.0.0.1]")]
    [InlineData("<a.b+c=d/e@example.org>", "a.b+c=d/e@example.org")]
    [InlineData("<ada@_mail.exam_ple.org>", "ada@_mail.exam_ple.org")]
    [InlineData("<>", null)]
    public void Reverse_paths(string path, string? expected)
    {
        var reader = new SmtpReader(Encoding.UTF8.GetBytes(path));
        Assert.Equal(expected, reader.ExpectReversePath()?.ToString());
    }

    [Fact]
    public void A_path_has_256_octets_whatever_its_local_part_has_of_them()
    {
        var local = new string('x', 242);
        var longest = new SmtpReader(Encoding.UTF8.GetBytes($"<{local}@bounce.test>"));
        Assert.Equal(local, longest.ExpectReversePath()!.Local);
        Assert.Throws<ProtocolException>(() =>
        {
            var longer = new SmtpReader(Encoding.UTF8.GetBytes($"<{local}x@bounce.test>"));
            longer.ExpectReversePath();
        });
    }

    [Theory]
    [InlineData("")]
    [InlineData("<")]
    [InlineData("ada@example.org")]
    [InlineData("<<ada@example.org>>")]
    [InlineData("<ada@example.org")]
    [InlineData("<ada @example.org>")]
    [InlineData("<.ada@example.org>")]
    [InlineData("<ada@exa mple.org>")]
    [InlineData("<ada@-example.org>")]
    [InlineData("<\"ada@example.org>")]
    [InlineData("<@relay.example>")]
    [InlineData("<a\u0001b@example.org>")]
    [InlineData("<>x")]
    public void What_is_no_path(string path) =>
        Assert.Throws<ProtocolException>(() =>
        {
            var reader = new SmtpReader(Encoding.UTF8.GetBytes(path));
            reader.ExpectReversePath();
        });

    [Fact]
    public void No_line_whatever_brings_anything_but_a_command_or_a_protocol_error()
    {
        var random = new Random(3);
        for (var round = 0; round < 100_000; round++)
        {
            var line = Mutate(Encoding.UTF8.GetBytes(Seeds[random.Next(Seeds.Length)]), random);
            var reader = new SmtpReader(line);
            if (CommandTable.Find(reader.Word()) is not { } row)
                continue;
            try
            {
                Assert.NotNull(row.Parse(ref reader));
            }
            catch (ProtocolException e)
            {
                Assert.InRange(e.Reply.Code, 500, 599);
            }
        }
    }

    static byte[] Mutate(byte[] line, Random random)
    {
        var octets = line.ToList();
        for (var times = random.Next(4); times > 0 && octets.Count > 0; times--)
        {
            var at = random.Next(5, Math.Max(6, octets.Count));
            if (at >= octets.Count)
                continue;
            switch (random.Next(4))
            {
                case 0:
                    octets.RemoveAt(at);
                    break;
                case 1:
                    octets.Insert(at, "<>@\"\\ =;,+:[]."u8[random.Next(14)]);
                    break;
                case 2:
                    octets[at] = (byte)random.Next(256);
                    break;
                default:
                    octets.RemoveRange(at, random.Next(octets.Count - at));
                    break;
            }
        }
        return [.. octets];
    }
}
