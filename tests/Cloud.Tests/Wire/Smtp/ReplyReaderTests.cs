using System.Text;
using Cloud.Tests.Trust;
using Cloud.Wire.Smtp;

namespace Cloud.Tests.Wire.Smtp;

public sealed class ReplyReaderTests
{
    [Theory]
    [InlineData("250 2.1.0 Ok\r\n", 250, "2.1.0", "2.1.0 Ok")]
    [InlineData("250\r\n", 250, null, "")]
    [InlineData("250 \r\n", 250, null, "")]
    [InlineData("250 Ok\n", 250, null, "Ok")]
    [InlineData(
        "550-5.1.1 No such\r\n550-5.1.1 user\r\n550 5.1.1 here\r\n",
        550,
        "5.1.1",
        "5.1.1 No such\n5.1.1 user\n5.1.1 here"
    )]
    [InlineData("450-first\r\n451 last\r\n", 451, null, "first\nlast")]
    [InlineData("550 4.2.2 Wrong class\r\n", 550, null, "4.2.2 Wrong class")]
    [InlineData("550 5.7.509 Three digits\r\n", 550, "5.7.509", "5.7.509 Three digits")]
    [InlineData("550 5.1.1\r\n", 550, "5.1.1", "5.1.1")]
    [InlineData("550 5.1.1.2 No status\r\n", 550, null, "5.1.1.2 No status")]
    [InlineData("354 3.1.1 None here\r\n", 354, null, "3.1.1 None here")]
    [InlineData("550 a\0b\u001bc\u007f\r\n", 550, null, "a?b?c?")]
    [InlineData("550 gr\u00fcn\r\n", 550, null, "gr\u00fcn")]
    [InlineData("550 gr\u00c3\u00bcn\r\n", 550, null, "gr\u00fcn")]
    public void Replies_are_read(string octets, int code, string? status, string text)
    {
        Assert.Equal(new SmtpReply(code, status, text), Read(octets));
        for (var cut = 1; cut < octets.Length; cut++)
            Assert.Equal(new SmtpReply(code, status, text), Read(octets, cut));
    }

    [Theory]
    [InlineData("\r\n")]
    [InlineData("25\r\n")]
    [InlineData("2500 Ok\r\n")]
    [InlineData("150 Ok\r\n")]
    [InlineData("650 Ok\r\n")]
    [InlineData("2x0 Ok\r\n")]
    [InlineData(" 250 Ok\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n")]
    [InlineData("250-one\r\n550 other\r\n")]
    [InlineData("250-one\r\njunk\r\n")]
    public void What_is_no_reply_is_told(string octets) => Assert.Null(Read(octets));

    [Fact]
    public void Lines_and_replies_have_an_end()
    {
        Assert.NotNull(Read($"250 {new string('x', SmtpLimits.ReplyLine - 6)}\r\n"));
        Assert.Null(Read($"250 {new string('x', SmtpLimits.ReplyLine - 4)}\r\n"));
        Assert.Null(Read($"250 {new string('x', SmtpLimits.ReplyLine)}"));
        Assert.NotNull(Read(string.Concat(Enumerable.Repeat("250-x\r\n", SmtpLimits.ReplyLines - 1)) + "250 x\r\n"));
        Assert.Null(Read(string.Concat(Enumerable.Repeat("250-x\r\n", SmtpLimits.ReplyLines + 1))));
        var large = Read(string.Concat(Enumerable.Repeat($"250-{new string('x', 1000)}\r\n", 50)) + "250 x\r\n");
        Assert.InRange(large!.Text.Length, 8000, SmtpLimits.ReplyText);
    }

    [Fact]
    public void A_reply_does_not_take_what_is_behind_it()
    {
        var reader = new ReplyReader();
        Assert.Equal(ReplyStatus.Complete, reader.Take("250 a\r\n550 b\r\n"u8, out var taken));
        Assert.Equal(7, taken);
        Assert.Equal(ReplyStatus.Complete, reader.Take("550 b\r\n"u8, out _));
        Assert.Equal(new SmtpReply(550, null, "b"), reader.ToReply());
    }

    /// <summary>Whole reply; null when it is none. Whole in one piece, or cut in two.</summary>
    static SmtpReply? Read(string text, int? cut = null)
    {
        var octets = Encoding.Latin1.GetBytes(text);
        var reader = new ReplyReader();
        var taken = 0;
        if (cut is { } length)
        {
            var first = reader.Take(octets.AsSpan(0, length), out taken);
            Assert.Equal(ReplyStatus.Incomplete, first);
        }

        var status = reader.Take(octets.AsSpan(taken), out _);
        if (status == ReplyStatus.Malformed)
            Assert.NotEmpty(reader.Fault);
        else
            Assert.Equal(ReplyStatus.Complete, status);
        return status == ReplyStatus.Complete ? reader.ToReply() : null;
    }
}
