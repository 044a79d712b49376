using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Cloud.Mail.Archives;
using Cloud.Mail.Compose;

namespace Cloud.Tests.Mail.Archives;

/// <summary>Plays mbox files through reader and writer.</summary>
static class Mboxes
{
    public static byte[] Write(
        MboxFamily family,
        NewlineForm newlines,
        IEnumerable<(MboxEnvelope Envelope, byte[] Octets)> messages
    )
    {
        using var file = new MemoryStream();
        var target = PipeWriter.Create(file, new StreamPipeWriterOptions(leaveOpen: true));
        var writer = new MboxWriter(family, newlines);
        foreach (var (envelope, octets) in messages)
        {
            var written = writer.WriteAsync(envelope, OctetSource.Of(octets), target, CancellationToken.None);
            written.AsTask().GetAwaiter().GetResult();
        }

        return file.ToArray();
    }

    public static List<(MboxEnvelope Envelope, byte[] Octets)> Read(
        MboxFamily family,
        byte[] file,
        NewlineForm newlines = NewlineForm.Kept,
        Func<int>? nextLength = null
    )
    {
        var reader = new MboxReader(family, newlines);
        var messages = new List<(MboxEnvelope, byte[])>();
        var message = new ArrayBufferWriter<byte>();
        for (var at = 0; ; )
        {
            var length = Math.Min(nextLength?.Invoke() ?? file.Length, file.Length - at);
            ReadOnlySpan<byte> input = file.AsSpan(at, length);
            at += length;
            var isLast = at == file.Length;
            while (reader.Read(ref input, isLast, message) is var met && met != MboxEvent.More)
            {
                if (met == MboxEvent.Begin)
                    Assert.Equal(0, message.WrittenCount);
                if (met == MboxEvent.End)
                    messages.Add((reader.Envelope, message.WrittenSpan.ToArray()));
                message.ResetWrittenCount();
                if (met != MboxEvent.Rewind)
                    continue;
                at = (int)reader.Position;
                input = [];
                isLast = at == file.Length;
            }

            Assert.Equal(at, reader.Position);

            Assert.True(input.IsEmpty);
            if (isLast)
                return messages;
        }
    }

    public static string[] Texts(MboxFamily family, string file) =>
        [.. Read(family, Encoding.Latin1.GetBytes(file)).Select(message => Encoding.Latin1.GetString(message.Octets))];
}
