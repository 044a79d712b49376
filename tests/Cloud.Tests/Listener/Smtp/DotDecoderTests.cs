using Cloud.Listener.Smtp;

namespace Cloud.Tests.Listener.Smtp;

public sealed class DotDecoderTests
{
    [Fact]
    public void Random_messages_come_out_as_they_went_in_wherever_they_are_cut()
    {
        var random = new Random(1);
        for (var round = 0; round < 300; round++)
        {
            var message = Message(random);
            var wire = Stuff(message);
            for (var cut = 0; cut <= wire.Length; cut++)
                Check(message, [wire[..cut], wire[cut..]]);
            Check(message, [.. wire.Select(octet => new[] { octet })]);
        }
    }

    /// <summary>Against the plainest reading of the rule: the message ends at the first CRLF . CRLF, counting the CRLF
    /// before it, and anything with a bare newline is bad.</summary>
    [Fact]
    public void Noise_ends_only_where_crlf_dot_crlf_stands()
    {
        var random = new Random(2);
        for (var round = 0; round < 20_000; round++)
        {
            var noise = new byte[random.Next(24)];
            for (var i = 0; i < noise.Length; i++)
                noise[i] = ".\r\nx"u8[random.Next(4)];
            byte[] whole = [.. "\r\n"u8, .. noise];
            var end = whole.AsSpan().IndexOf("\r\n.\r\n"u8);
            var message = (end < 0 ? whole : whole[..(end + 2)]).AsSpan(2);

            var decoder = new DotDecoder();
            var taken = 0;
            while (taken < noise.Length && !decoder.Ended)
            {
                var step = Math.Min(noise.Length - taken, random.Next(1, 4));
                decoder.Next(noise.AsSpan(taken, step), out var consumed);
                taken += consumed;
            }
            Assert.Equal(end >= 0, decoder.Ended);
            if (!decoder.Ended)
                continue;
            Assert.Equal(end + 3, taken);
            Assert.Equal(HasBareNewline(message), decoder.HasBareNewline);
        }
    }

    static void Check(byte[] message, byte[][] pieces)
    {
        var decoder = new DotDecoder();
        var kept = new List<byte>();
        foreach (var piece in pieces)
        {
            for (var taken = 0; taken < piece.Length; )
            {
                Assert.False(decoder.Ended);
                var (start, length) = decoder.Next(piece.AsSpan(taken), out var consumed);
                kept.AddRange(piece.AsSpan(taken + start, length));
                taken += consumed;
            }
        }
        Assert.True(decoder.Ended);
        Assert.False(decoder.HasBareNewline);
        Assert.Equal(message, kept);
    }

    /// <summary>Lines rich in dots and of any octet but CR and LF.</summary>
    static byte[] Message(Random random)
    {
        var message = new List<byte>();
        for (var lines = random.Next(6); lines > 0; lines--)
        {
            for (var length = random.Next(6); length > 0; length--)
            {
                var octet = (byte)random.Next(256);
                message.Add(octet is (byte)'\r' or (byte)'\n' || random.Next(2) == 0 ? (byte)'.' : octet);
            }
            message.AddRange("\r\n"u8);
        }
        return [.. message];
    }

    static byte[] Stuff(byte[] message)
    {
        var wire = new List<byte>();
        for (var i = 0; i < message.Length; i++)
        {
            if (message[i] == '.' && (i == 0 || message[i - 1] == '\n'))
                wire.Add((byte)'.');
            wire.Add(message[i]);
        }
        return [.. wire, .. ".\r\n"u8];
    }

    static bool HasBareNewline(ReadOnlySpan<byte> message)
    {
        for (var i = 0; i < message.Length; i++)
        {
            if (message[i] == '\n' && (i == 0 || message[i - 1] != '\r'))
                return true;
            if (message[i] == '\r' && (i + 1 == message.Length || message[i + 1] != '\n'))
                return true;
        }
        return false;
    }
}
