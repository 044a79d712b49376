using System.Buffers;
using System.Text;
using Cloud.Mail;
using Cloud.Mail.Encodings;
using Cloud.Mail.SevenBit;

namespace Cloud.Tests.Mail.SevenBit;

/// <summary>Messages put into 7 bit, and what has to be true of them.</summary>
static class Converting
{
    const int MaxLine = 998;

    public static SevenBitPlan? Plan(byte[] message, out SevenBitRefusal? refusal, int chunk = int.MaxValue)
    {
        var survey = new SevenBitSurvey(Messages.Scan(message, chunk));
        InPieces(message, chunk, survey.Write);
        return survey.Complete(out refusal);
    }

    /// <returns>Null where it cannot be done.</returns>
    public static byte[]? Convert(byte[] message, out SevenBitRefusal? refusal, int chunk = int.MaxValue)
    {
        if (Plan(message, out refusal, chunk) is not { } plan)
            return null;
        var conversion = new SevenBitConversion(plan);
        var target = new ArrayBufferWriter<byte>();
        InPieces(message, chunk, octets => conversion.Write(octets, target));
        conversion.Complete(target);
        return target.WrittenSpan.ToArray();
    }

    public static string Convert(string message)
    {
        var converted = Convert(Encoding.Latin1.GetBytes(message), out var refusal);
        Assert.Null(refusal);
        return Encoding.Latin1.GetString(converted!);
    }

    /// <summary>It is in 7 bit, and its parts are those of the original.</summary>
    public static void AssertSame(byte[] message, byte[] converted)
    {
        Assert.DoesNotContain(converted, octet => octet is 0 or > 127);
        AssertSame(message, Messages.Scan(message).Body, converted, Messages.Scan(converted).Body, isSigned: false);
    }

    static void AssertSame(byte[] message, BodyPart before, byte[] converted, BodyPart after, bool isSigned)
    {
        Assert.Equal(Header(message, before), Header(converted, after));
        if (after.Message is { } inner)
            AssertSame(message, before.Message!.Body, converted, inner.Body, isSigned);
        else if (after.Parts.Count > 0)
        {
            Assert.Equal(before.Parts.Count, after.Parts.Count);
            isSigned |= after.Is("multipart"u8, "signed"u8);
            for (var i = 0; i < after.Parts.Count; i++)
                AssertSame(message, before.Parts[i], converted, after.Parts[i], isSigned);
        }
        else
        {
            Assert.Equal(Content(message, before), Content(converted, after));
            var isLeftAlone = isSigned || before.IsMultipart || before.Type.EqualsIgnoreCase("message"u8);
            if (!isLeftAlone)
                Assert.All(
                    Body(converted, after).Split('\n'),
                    line => Assert.InRange(line.TrimEnd('\r').Length, 0, MaxLine)
                );
        }
    }

    /// <summary>What a reader sees, its line ends all alike.</summary>
    static string Content(byte[] message, BodyPart part) =>
        Encoding
            .Latin1.GetString(TransferCoder.Decoder(part.Encoding).Convert(Slice(message, part)))
            .Replace("\r\n", "\n", StringComparison.Ordinal);

    /// <summary>The fields that conversion has no business with.</summary>
    static List<string> Header(byte[] message, BodyPart part)
    {
        var fields = new List<string>();
        var header = message.AsSpan((int)part.HeaderStart, (int)part.HeaderLength);
        foreach (var field in new Cloud.Mail.Headers.HeaderReader(header))
        {
            if (!field.Is("Content-Transfer-Encoding"u8) && !field.Is("MIME-Version"u8))
                fields.Add(Encoding.Latin1.GetString(field.Raw).TrimEnd('\r', '\n'));
        }

        return fields;
    }

    static string Body(byte[] message, BodyPart part) => Encoding.Latin1.GetString(Slice(message, part));

    static ReadOnlySpan<byte> Slice(byte[] message, BodyPart part) =>
        message.AsSpan((int)part.BodyStart, (int)part.BodyLength);

    static void InPieces(byte[] message, int chunk, Action<ReadOnlySpan<byte>> take)
    {
        for (var at = 0; at < message.Length; at += Math.Min(chunk, message.Length - at))
            take(message.AsSpan(at, Math.Min(chunk, message.Length - at)));
    }
}
