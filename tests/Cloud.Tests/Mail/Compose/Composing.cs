using System.IO.Pipelines;
using System.Text;
using Cloud.Mail;
using Cloud.Mail.Compose;
using Cloud.Mail.Encodings;
using Cloud.Mail.Headers;

namespace Cloud.Tests.Mail.Compose;

/// <summary>Writes messages and reads them back.</summary>
static class Composing
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.FromHours(1));

    public static readonly byte[] Seed = [.. Enumerable.Range(0, 16).Select(i => (byte)i)];

    public static OutgoingMessage Message(MimePart body) => new() { Body = body, Seed = Seed };

    public static byte[] Bytes(OutgoingMessage message, ComposeOptions? options = null) =>
        MessageComposer
            .ToBytesAsync(message, options ?? ComposeOptions.Default, CancellationToken.None)
            .AsTask()
            .GetAwaiter()
            .GetResult();

    public static string Text(OutgoingMessage message, ComposeOptions? options = null) =>
        Encoding.UTF8.GetString(Bytes(message, options));

    /// <summary>The first lines, up to the blank one.</summary>
    public static string Header(OutgoingMessage message, ComposeOptions? options = null) =>
        Text(message, options).Split("\r\n\r\n")[0];

    /// <summary>Whether it has octets beyond ASCII, and whether its headers have.</summary>
    public static (bool, bool) Needs(OutgoingMessage message, ComposeOptions options)
    {
        var target = PipeWriter.Create(Stream.Null);
        var composed = MessageComposer
            .WriteAsync(message, options, target, CancellationToken.None)
            .AsTask()
            .GetAwaiter()
            .GetResult();
        return (composed.IsEightBit, composed.HasUtf8Headers);
    }

    public static byte[] Content(BodyPart part, ReadOnlySpan<byte> message) =>
        TransferCoder.Decoder(part.Encoding).Convert(message.Slice((int)part.BodyStart, (int)part.BodyLength));

    public static string FieldText(ReadOnlySpan<byte> message, string name)
    {
        foreach (var field in new HeaderReader(message))
        {
            if (field.Is(Encoding.ASCII.GetBytes(name)))
                return HeaderText.Decode(field.Value);
        }

        throw new InvalidOperationException($"No field {name}");
    }

    /// <summary>What every message has to keep: RFC 5322 §2.1.1, §2.2, RFC 5321 §2.3.8.</summary>
    public static void AssertSound(byte[] message, ComposeOptions options)
    {
        var text = Encoding.Latin1.GetString(message);
        var lines = text.Split("\r\n");
        Assert.All(lines, line => Assert.DoesNotContain('\r', line));
        Assert.All(lines, line => Assert.DoesNotContain('\n', line));
        Assert.All(lines, line => Assert.InRange(line.Length, 0, 998));
        Assert.DoesNotContain('\0', text);
        var index = Messages.Scan(message);
        if (options is { EightBit: false, Headers: not HeaderForm.Utf8 })
            Assert.True(Ascii.IsValid(message));
        if (options.Headers != HeaderForm.Utf8)
            Assert.True(Ascii.IsValid(message.AsSpan(0, (int)index.HeaderLength)));
    }
}
