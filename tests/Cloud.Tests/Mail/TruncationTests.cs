using System.Text;
using Cloud.Mail;

namespace Cloud.Tests.Mail;

/// <summary>A message that breaks off: each beginning of it is a message, and says what it already knows.</summary>
public sealed class TruncationTests
{
    public static TheoryData<string> Names => GoldenMessageTests.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_beginning_is_sound_and_tells_of_finished_parts_what_the_whole_does(string name)
    {
        var message = Messages.Read(name);
        AssertBeginnings(message);
        AssertBeginnings(Messages.WithoutCr(message));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void One_octet_at_a_time_gives_every_beginning_the_same_index(string name)
    {
        var message = Messages.Read(name);
        for (var length = 0; length <= message.Length; length++)
        {
            var beginning = message.AsSpan(0, length);
            Assert.Equal(IndexText.Of(Messages.Scan(beginning)), IndexText.Of(Messages.Scan(beginning, 1)));
        }
    }

    static void AssertBeginnings(byte[] message)
    {
        var whole = Messages.Scan(message);
        var finished = Finished(whole.Body, message).ToArray();
        var envelope = IndexText.Of(whole.Envelope);
        var isHeaderMarked = IsBlankLine(message, whole.HeaderLength);
        for (var length = 0; length <= message.Length; length++)
        {
            var beginning = message.AsSpan(0, length);
            var index = Messages.Scan(beginning);

            Partition.AssertWhole(beginning, index);
            Assert.Equal(IndexText.Of(index), IndexText.Of(MessageIndex.Unpack(index.Pack())));
            if (isHeaderMarked && length >= whole.HeaderLength)
            {
                Assert.Equal(whole.HeaderLength, index.HeaderLength);
                Assert.Equal(envelope, IndexText.Of(index.Envelope));
                Assert.Equal(Own(whole.Body), Own(index.Body));
            }

            foreach (var part in finished.TakeWhile(part => part.At <= length))
                Assert.Equal(part.Text, part.Find(index.Body) is { } found ? IndexText.Of(found) : "is gone");
        }
    }

    /// <summary>Parts with the place at which nothing can change them any more: behind the delimiter that ends them.</summary>
    static IEnumerable<(int At, string Text, Func<BodyPart, BodyPart?> Find)> Finished(BodyPart root, byte[] message)
    {
        return In(root, body => body).OrderBy(part => part.At);

        IEnumerable<(int At, string Text, Func<BodyPart, BodyPart?> Find)> In(
            BodyPart part,
            Func<BodyPart, BodyPart?> find
        )
        {
            if (part.BodyEnd < message.Length)
                yield return (BehindDelimiter(message, (int)part.BodyEnd), IndexText.Of(part), find);
            if (part.Message is { } inside)
                foreach (var below in In(inside.Body, body => find(body)?.Message?.Body))
                    yield return below;
            for (var i = 0; i < part.Parts.Count; i++)
            {
                var number = i;
                foreach (var below in In(part.Parts[i], body => find(body)?.Parts.ElementAtOrDefault(number)))
                    yield return below;
            }
        }
    }

    static int BehindDelimiter(byte[] message, int end)
    {
        var line =
            message.AsSpan(end).StartsWith("\r\n"u8) ? end + 2
            : message[end] == '\n' ? end + 1
            : end;
        var lf = message.AsSpan(line).IndexOf((byte)'\n');
        return lf < 0 ? message.Length : line + lf + 1;
    }

    static bool IsBlankLine(byte[] message, long end) =>
        Encoding
            .Latin1.GetString(message, 0, (int)end)
            .ReplaceLineEndings("\n")
            .EndsWith("\n\n", StringComparison.Ordinal);

    /// <summary>What its header alone says of a part.</summary>
    static string Own(BodyPart part) =>
        $"{part.Type}/{part.Subtype} {part.Encoding} {part.Id} {part.Disposition?.Type} {part.BodyStart} "
        + string.Join(' ', part.Parameters.Select(p => $"{p.Name}={p.Value}"));
}
