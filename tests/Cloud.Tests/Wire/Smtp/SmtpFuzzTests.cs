using System.Text;
using Cloud.Tests.Trust;
using Cloud.Wire.Smtp;

namespace Cloud.Tests.Wire.Smtp;

/// <summary>Any octets are replies, or are told to be none, however they are cut.</summary>
public sealed class SmtpFuzzTests
{
    [Fact]
    public void Any_octets_are_read() =>
        TrustFuzz.Run(
            [
                "220 mx.example.test ESMTP\r\n",
                "250-mx.example.test\r\n250-PIPELINING\r\n250-SIZE 1000\r\n250-AUTH PLAIN LOGIN\r\n250-LIMITS RCPTMAX=10 MAILMAX=5\r\n250 DELIVERBY 60\r\n",
                "550-5.1.1 No such user\r\n550 5.1.1 here\r\n354 go\r\n421 4.3.2 bye\r\n",
                "334 VXNlcm5hbWU6\r\n",
                "250\n",
            ],
            text =>
            {
                var octets = Encoding.Latin1.GetBytes(text);
                Assert.Equal(Read(octets, octets.Length), Read(octets, 1));
            }
        );

    /// <summary>All replies up to the first fault or the end, the octets given in pieces.</summary>
    static string Read(byte[] octets, int piece)
    {
        var reader = new ReplyReader();
        var all = new StringBuilder();
        var start = 0;
        for (var end = Math.Min(piece, octets.Length); ; )
        {
            var status = reader.Take(octets.AsSpan(start, end - start), out var taken);
            Assert.InRange(taken, 0, end - start);
            start += taken;
            if (status == ReplyStatus.Malformed)
                return $"{all}{reader.Fault.Length > 0}";
            if (status == ReplyStatus.Complete)
            {
                var reply = reader.ToReply();
                Assert.InRange(reply.Code, 200, 599);
                Assert.InRange(reply.Text.Length, 0, SmtpLimits.ReplyText);
                Assert.DoesNotContain(reply.Text, c => char.IsControl(c) && c != '\n');
                SmtpCapabilities.Parse(reader.Text);
                all.Append(reply).Append('|');
            }
            else if (end == octets.Length)
                return all.ToString();
            else
                end = Math.Min(end + piece, octets.Length);
        }
    }
}
