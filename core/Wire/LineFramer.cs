using System.Buffers;

namespace Cloud.Wire;

public enum LineStatus
{
    /// <summary>The line is not all here yet: read more, then call again.</summary>
    Incomplete,

    Line,

    /// <summary>The line was over the limit and has been thrown away, to its end.</summary>
    TooLong,

    /// <summary>A CR or LF that is not part of a CRLF (RFC 5321 §2.3.8); the line has been thrown away.</summary>
    BareNewline,
}

/// <summary>Cuts a stream of bytes into CRLF lines of bounded length. One for each session: it remembers an overrun.</summary>
public struct LineFramer
{
    bool overrun;

    /// <summary>Takes the first line off <paramref name="input"/>.</summary>
    /// <param name="input">Unread bytes; moved past the line, or past what an overlong line has so far.</param>
    /// <param name="limit">Longest line accepted, in octets, CRLF included.</param>
    /// <param name="line">The line without its CRLF; valid until the pipe is advanced.</param>
    public LineStatus Take(ref ReadOnlySequence<byte> input, int limit, out ReadOnlySequence<byte> line)
    {
        var reader = new SequenceReader<byte>(input);
        if (!reader.TryReadTo(out line, (byte)'\n'))
        {
            overrun |= input.Length > limit;
            if (overrun)
                input = input.Slice(input.End);
            return LineStatus.Incomplete;
        }

        input = input.Slice(reader.Position);
        if (overrun || reader.Consumed > limit)
        {
            overrun = false;
            return LineStatus.TooLong;
        }
        if (line.PositionOf((byte)'\r') is not { } cr || line.Slice(cr).Length != 1)
            return LineStatus.BareNewline;

        line = line.Slice(0, cr);
        return LineStatus.Line;
    }
}
