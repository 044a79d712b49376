using System.Text;
using Cloud.Mail;

namespace Cloud.Tests.Mail;

/// <summary>A message taken to pieces along its index's offsets: header, preamble, delimiter lines, bodies, epilogue.</summary>
/// <remarks>
/// The pieces are found by the offsets alone and then looked at with rules of their own, so that a part that swallowed
/// a delimiter shows as much as one that left octets out.
/// </remarks>
static class Partition
{
    public enum Kind
    {
        Header,
        Preamble,

        /// <summary>Line end, hyphens, boundary and padding, up to the header of the part it begins.</summary>
        Delimiter,
        Body,

        /// <summary>The closing delimiter line, and what follows it.</summary>
        Epilogue,
    }

    public readonly record struct Piece(Kind Kind, BodyPart Part, int Start, int End);

    /// <summary>
    /// Fails unless header, preamble, delimiter lines, children and epilogue of every part follow one another without
    /// gap or overlap, the outermost from the first octet to the last, and each is what it claims to be.
    /// </summary>
    public static IReadOnlyList<Piece> AssertWhole(ReadOnlySpan<byte> message, MessageIndex index)
    {
        var pieces = new List<Piece>();
        Assert.Equal(message.Length, index.Size);
        AddPart(pieces, message, index.Body, 0, message.Length, []);
        var at = 0;
        foreach (var piece in pieces)
        {
            Assert.Equal(at, piece.Start);
            Assert.InRange(piece.End, piece.Start, message.Length);
            at = piece.End;
        }

        Assert.Equal(message.Length, at);
        return pieces;
    }

    /// <param name="boundaries">Of the multiparts around it, as delimiter lines begin: none may be a line of a leaf.</param>
    static void AddPart(
        List<Piece> pieces,
        ReadOnlySpan<byte> message,
        BodyPart part,
        long start,
        long end,
        byte[][] boundaries
    )
    {
        Assert.Equal(start, part.HeaderStart);
        Assert.InRange(part.BodyStart, start, end);
        Assert.Equal(end, part.BodyEnd);
        Assert.Equal(Octets(message, part.BodyStart, end).Count((byte)'\n'), part.Lines);
        pieces.Add(new(Kind.Header, part, (int)start, (int)part.BodyStart));
        AssertNoDelimiter(Octets(message, start, part.BodyStart), boundaries);
        if (part.Message is { } inside)
            AddPart(pieces, message, inside.Body, part.BodyStart, end, boundaries);
        else if (part.Parts.Count > 0)
            AddParts(pieces, message, part, boundaries);
        else
        {
            pieces.Add(new(Kind.Body, part, (int)part.BodyStart, (int)end));
            AssertNoDelimiter(Octets(message, part.BodyStart, end), boundaries);
        }
    }

    static void AddParts(List<Piece> pieces, ReadOnlySpan<byte> message, BodyPart part, byte[][] outer)
    {
        byte[] boundary = [.. "--"u8, .. part.Parameter("boundary"u8).Span.TrimEnd(" \t"u8)];
        byte[][] boundaries = [.. outer, boundary];
        var at = part.BodyStart;
        for (var i = 0; i < part.Parts.Count; i++)
        {
            var child = part.Parts[i];
            var gap = Octets(message, at, child.HeaderStart);
            var before = i == 0 ? PreambleLength(gap) : 0;
            if (i == 0)
            {
                AssertNoDelimiter(gap[..before], boundaries);
                pieces.Add(new(Kind.Preamble, part, (int)at, (int)at + before));
            }

            AssertDelimiter(gap[before..], boundary, closes: false, isAfterText: before > 0 || IsAfterText(part, i));
            pieces.Add(new(Kind.Delimiter, child, (int)at + before, (int)child.HeaderStart));
            AddPart(pieces, message, child, child.HeaderStart, child.BodyEnd, boundaries);
            at = child.BodyEnd;
        }

        var rest = Octets(message, at, part.BodyEnd);
        if (!rest.IsEmpty)
            AssertDelimiter(rest[..FirstLine(rest)], boundary, closes: true, IsAfterText(part, part.Parts.Count));
        pieces.Add(new(Kind.Epilogue, part, (int)at, (int)part.BodyEnd));
        AssertNoDelimiter(rest, outer);
    }

    /// <summary>The part before has text, and the line end behind it is the delimiter's: RFC 2046 §5.1.1.</summary>
    static bool IsAfterText(BodyPart part, int number) => number > 0 && part.Parts[number - 1].BodyLength > 0;

    /// <summary>Up to the last line of the gap, and to the line end before that, which is the delimiter's.</summary>
    static int PreambleLength(ReadOnlySpan<byte> gap)
    {
        var line = gap.TrimEnd("\r\n"u8).LastIndexOf((byte)'\n') + 1;
        var lineEnd =
            gap[..line].EndsWith("\r\n"u8) ? 2
            : line > 0 ? 1
            : 0;
        return line - lineEnd;
    }

    /// <summary>A line end (unless the header before it took that), the boundary, and nothing but white space or junk behind it.</summary>
    static void AssertDelimiter(ReadOnlySpan<byte> gap, byte[] boundary, bool closes, bool isAfterText)
    {
        var shown = Encoding.Latin1.GetString(gap);
        var line =
            gap.StartsWith("\r\n"u8) ? gap[2..]
            : gap.StartsWith("\n"u8) ? gap[1..]
            : gap;
        Assert.True(line.Length < gap.Length || !isAfterText, $"Not at the beginning of a line: {shown}");
        Assert.True(line.StartsWith(boundary), $"No delimiter: {shown}");
        var behind = line[boundary.Length..];
        if (closes)
            Assert.True(behind.StartsWith("--"u8), $"Closes nothing: {shown}");
        var padding = (closes ? behind[2..] : behind).TrimEnd("\r\n"u8);
        Assert.False(padding.Contains((byte)'\n'), $"More than a line: {shown}");
        Assert.True(padding is [] or [(byte)' ' or (byte)'\t' or (byte)'\r', ..], $"Another boundary: {shown}");
    }

    static void AssertNoDelimiter(ReadOnlySpan<byte> octets, byte[][] boundaries)
    {
        foreach (var boundary in boundaries)
        {
            var left = octets;
            for (var at = left.IndexOf(boundary); at >= 0; at = left.IndexOf(boundary))
            {
                var end = left[at..].IndexOf((byte)'\n');
                var line = left.Slice(at, end < 0 ? left.Length - at : end);
                var isAtStart = at == 0 ? left.Length == octets.Length : left[at - 1] == '\n';
                Assert.False(
                    isAtStart && line.TrimEnd(" \t\r"u8).SequenceEqual(boundary),
                    $"A delimiter was taken for text: {Encoding.Latin1.GetString(octets)}"
                );
                left = left[(at + boundary.Length)..];
            }
        }
    }

    static int FirstLine(ReadOnlySpan<byte> gap)
    {
        var from =
            gap.StartsWith("\r\n"u8) ? 2
            : gap.StartsWith("\n"u8) ? 1
            : 0;
        var lf = gap[from..].IndexOf((byte)'\n');
        return lf < 0 ? gap.Length : from + lf + 1;
    }

    static ReadOnlySpan<byte> Octets(ReadOnlySpan<byte> message, long start, long end) => message[(int)start..(int)end];
}
