using System.Text;
using Cloud.Mail;
using Cloud.Mail.Bodies;
using Cloud.Mail.Text;

namespace Cloud.Tests.Mail;

/// <summary>Messages put together at random from what confuses parsers.</summary>
public sealed class WildMessageTests
{
    static readonly string[] Pieces =
    [
        "\r\n",
        "\n",
        "\r",
        "\r\n\r\n",
        "--",
        "--a",
        "--a\r\n",
        "--a--\r\n",
        "\r\n--a\r\n",
        "\r\n--a--\r\n",
        "--ab\r\n",
        "\r\n--ab--",
        "--a \t\r\n",
        "--a-- x\r\n",
        "-",
        " ",
        "\t",
        "text",
        "\0",
        "é",
        ":",
        "x: y\r\n",
        " folded\r\n",
        "From ann\r\n",
        "Content-Type: multipart/mixed; boundary=a\r\n",
        "Content-Type: multipart/digest; boundary=\"ab\"\r\n\r\n",
        "Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n",
        "Content-Type: message/rfc822\r\n\r\n",
        "Content-Type: text/plain; name*0*=''x; name*1=y\r\n",
        "Content-Transfer-Encoding: base64\r\n",
        "Content-Disposition: attachment; filename=\"a\\\"b\r\n",
        "Content-Language: de, (x) en\r\n",
        "From: \"a <b@c>, (x\r\n",
        "To: g: a@b, c;, <@r:d@e> (f\\) g)\r\n",
        "Subject: =?utf-8?q?=c3?= =?utf-8?q?=bc?=\r\n",
        "References: <a@b> junk <c@d\r\n",
        "Date: 31 Feb 99 25:61 (\r\n",
        "Cc: ;;,:<>@@\"\\\r\n",
    ];

    [Fact]
    public void Any_message_gives_one_sound_index_however_it_is_cut()
    {
        var random = new Random(20261122);
        for (var round = 0; round < 3_000; round++)
        {
            var message = Compose(random);
            var index = Messages.Scan(message);
            var text = IndexText.Of(index);

            Partition.AssertWhole(message, index);
            Assert.Equal(text, IndexText.Of(Messages.Scan(message, 1)));
            Assert.Equal(text, IndexText.Of(Messages.Scan(message, random.Next(2, 40))));
            Assert.Equal(text, IndexText.Of(MessageIndex.Unpack(index.Pack())));
            Assert.NotNull(index.Subject);
            _ = (index.SentDate, index.InReplyTo, index.MessageId, index.HasAttachment, index.SortKeys);
            Assert.InRange(index.Preview.ToString().EnumerateRunes().Count(), 0, Preview.MaxCharacters);
            Assert.NotNull(SearchText.Known(index));
        }
    }

    [Fact]
    public void Damaged_packed_index_is_invalid_data_and_nothing_else()
    {
        var random = new Random(20261122);
        var invalid = 0;
        foreach (var name in Messages.Names)
        {
            var packed = Messages.Scan(Messages.Read(name)).Pack();
            for (var length = 0; length < packed.Length; length++)
                Assert.Throws<InvalidDataException>(() => MessageIndex.Unpack(packed.AsSpan(0, length)));

            for (var round = 0; round < 500; round++)
            {
                var damaged = packed.ToArray();
                for (var hits = random.Next(1, 4); hits > 0; hits--)
                    damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
                invalid += UnpackOrRefuse(damaged);
            }
        }

        Assert.True(invalid > 1_000);
    }

    static byte[] Compose(Random random)
    {
        var message = new StringBuilder();
        for (var count = random.Next(1, 40); count > 0; count--)
            message.Append(Pieces[random.Next(Pieces.Length)]);
        return Encoding.Latin1.GetBytes(message.ToString());
    }

    static int UnpackOrRefuse(byte[] packed)
    {
        try
        {
            var index = MessageIndex.Unpack(packed);
            AssertSound(index.Body, 0, index.Size);
            return 0;
        }
        catch (InvalidDataException)
        {
            return 1;
        }
    }

    /// <summary>Every range lies inside its parent's body, one after the other.</summary>
    static void AssertSound(BodyPart part, long from, long to)
    {
        Assert.InRange(part.HeaderStart, from, to);
        Assert.InRange(part.BodyStart, part.HeaderStart, to);
        Assert.InRange(part.BodyLength, 0, to - part.BodyStart);
        Assert.InRange(part.Lines, 0, long.MaxValue);
        var next = part.BodyStart;
        foreach (var child in part.Parts)
        {
            AssertSound(child, next, part.BodyEnd);
            next = child.BodyEnd;
        }

        if (part.Message is { } message)
            AssertSound(message.Body, part.BodyStart, part.BodyEnd);
    }
}
