using System.Buffers;
using System.Globalization;
using Cloud.Listener.Pop3;
using Cloud.Tests.Sessions;

namespace Cloud.Tests.Listener.Pop3;

/// <summary>RETR gives back what was stored, and TOP its beginning, whatever it is and however it is cut.</summary>
public sealed class RetrBytesTests
{
    /// <summary>Made of what matters to line ends and dots, so that short ones meet every case.</summary>
    static byte[] Message(Random random, int length)
    {
        var bytes = new byte[length];
        for (var i = 0; i < length; i++)
            bytes[i] = "\r\n..\r\n\r\n\0a\xff"u8[random.Next(12)];
        return bytes;
    }

    [Fact]
    public void Stuffing_is_undone_by_the_rule_of_the_standard_at_every_cut()
    {
        var random = new Random(1939);
        for (var round = 0; round < 400; round++)
        {
            var message = Message(random, random.Next(40));
            for (var cut = 0; cut <= message.Length; cut++)
            {
                var sent = new ArrayBufferWriter<byte>();
                var stuffing = new DotStuffing();
                stuffing.Write(sent, message.AsSpan(0, cut));
                stuffing.Write(sent, message.AsSpan(cut));
                Assert.Equal(message, Unstuff(sent.WrittenSpan));
                Assert.Equal(stuffing.AtLineStart, message.Length == 0 || message.AsSpan().EndsWith("\r\n"u8));
                Assert.Equal(-1, sent.WrittenSpan.IndexOf("\r\n.\r\n"u8));
            }
        }
    }

    [Fact]
    public async Task Messages_of_any_bytes_come_back_as_they_are()
    {
        var random = new Random(5);
        var messages = Enumerable.Range(0, 60).Select(i => Message(random, i < 30 ? i : random.Next(200_000))).ToList();
        var mail = new FakeMail();
        messages.ForEach(mail.Add);
        await using var listener = await Pop3Server.StartAsync(mail);
        foreach (var piece in new[] { 1 << 20, 4096, 7 })
        {
            mail.Piece = piece;
            await using var client = await Pop3Server.LogInAsync(listener);
            for (var number = 1; number <= messages.Count; number++)
            {
                if (piece == 7 && messages[number - 1].Length > 5000)
                    continue;
                var body = await RetrieveAsync(client, $"RETR {number}", messages[number - 1].Length);
                Assert.Equal(Ended(messages[number - 1]), body);
            }
            await client.SendAsync("QUIT\r\n"u8.ToArray(), byteByByte: false);
            Assert.Equal("+OK Bye", await client.ReadLineAsync());
        }
    }

    [Fact]
    public void Top_stops_at_the_same_place_at_every_cut()
    {
        var random = new Random(7);
        for (var round = 0; round < 400; round++)
        {
            var message = Message(random, random.Next(40));
            for (var lines = 0; lines < 3; lines++)
            {
                var expected = TopOf(message, lines);
                for (var cut = 0; cut <= message.Length; cut++)
                {
                    var top = new TopCut(lines);
                    var taken = top.Take(message.AsSpan(0, cut));
                    if (!top.IsDone)
                        taken += top.Take(message.AsSpan(cut));
                    Assert.Equal(expected, taken);
                }
            }
        }
    }

    [Fact]
    public async Task A_maildrop_of_100000_messages_lists_whole()
    {
        var mail = new FakeMail();
        for (var i = 0; i < 100_000; i++)
            mail.Add("x\r\n"u8.ToArray());
        await using var listener = await Pop3Server.StartAsync(mail);
        await using var client = await Pop3Server.LogInAsync(listener);
        await client.SendAsync("UIDL\r\nLIST\r\n"u8.ToArray(), byteByByte: false);
        foreach (var format in new[] { "{0} 1700000000.{0}", "{0} 3" })
        {
            Assert.StartsWith("+OK", await client.ReadLineAsync(), StringComparison.Ordinal);
            for (var i = 1; i <= 100_000; i++)
                Assert.Equal(string.Format(CultureInfo.InvariantCulture, format, i), await client.ReadLineAsync());
            Assert.Equal(".", await client.ReadLineAsync());
        }
    }

    /// <summary>Sends a command and reads its answer by the octets it must have.</summary>
    static async Task<byte[]> RetrieveAsync(ScriptConnection client, string command, int size)
    {
        await client.SendAsync(System.Text.Encoding.ASCII.GetBytes(command + "\r\n"), byteByByte: false);
        Assert.Equal($"+OK {size} octets", await client.ReadLineAsync());
        var sent = new List<byte>();
        do
        {
            sent.AddRange(await client.ReadExactlyAsync(1));
        } while (!Ends(sent));
        return Unstuff(sent.ToArray().AsSpan(0, sent.Count - 3));
    }

    static bool Ends(List<byte> sent) =>
        sent is [.., (byte)'.', (byte)'\r', (byte)'\n']
        && (sent.Count == 3 || sent is [.., (byte)'\r', (byte)'\n', _, _, _]);

    static byte[] Ended(byte[] message) =>
        message.Length == 0 || message.AsSpan().EndsWith("\r\n"u8) ? message : [.. message, .. "\r\n"u8];

    /// <summary>As a client does it that goes by RFC 1939 §3: lines end in CRLF.</summary>
    static byte[] Unstuff(ReadOnlySpan<byte> sent)
    {
        var bytes = new List<byte>();
        for (var i = 0; i < sent.Length; i++)
        {
            var lineStarts = i == 0 || (i >= 2 && sent[i - 2] == '\r' && sent[i - 1] == '\n');
            if (!lineStarts || sent[i] != '.')
                bytes.Add(sent[i]);
        }
        return [.. bytes];
    }

    static int TopOf(byte[] message, int lines)
    {
        var inBody = false;
        var start = 0;
        while (message.AsSpan(start).IndexOf("\r\n"u8) is >= 0 and var length)
        {
            start += length + 2;
            if (inBody)
                lines--;
            else
                inBody = length == 0;
            if (inBody && lines <= 0)
                return start;
        }
        return message.Length;
    }
}
